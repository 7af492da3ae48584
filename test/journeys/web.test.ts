import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GuestToken, MessageView, WebHookBody } from '../../src/http/api-types.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

describe('a guest of the web chat', () => {
  test('is greeted, answered and handed to a technician, live', async () => {
    const guest = await comesIn('Gil')
    const page = await guest.opens()
    expect(await guest.posts({ id: 'm1', text: 'hello' })).toBe(200)
    await page.sees('Hello Gil')
    expect(await guest.posts({ id: 'm2', choice: { value: 'technician', label: 'Talk to a technician' } })).toBe(200)
    await page.sees('You are next in line')
    const tess = await stage.technician()
    const { id } = await tess.waitsFor('Gil')
    expect(await tess.accepts(id)).toBe(200)
    await page.sees('has joined')
    expect(await tess.notes(id, 'for us alone')).toBe(200)
    expect(await tess.says(id, 'What can I do?')).toBe(200)
    await page.sees('What can I do?')
    expect(page.all().some((message) => JSON.stringify(message).includes('for us alone'))).toBe(false)
    expect(await tess.closes(id)).toBe(200)
    await page.sees('This chat is closed')
    page.closes()
  })

  test('who sends the same message twice has sent it once', async () => {
    const guest = await comesIn('Hal')
    const page = await guest.opens()
    const both = await Promise.all([guest.posts({ id: 'same', text: 'hello' }), guest.posts({ id: 'same', text: 'hello' })])
    expect([...both, await guest.posts({ id: 'same', text: 'hello' })]).toEqual([200, 200, 200])
    await page.sees('Hello Hal')
    await guest.posts({ id: 'other', text: 'thanks' })
    await expect.poll(() => page.all().filter(({ author }) => author.by === 'person').length).toBe(2)
    expect(page.all().filter(({ clientId }) => clientId === 'same')).toHaveLength(1)
    page.closes()
  })

  test('gets exactly what was missed on coming back, in order', async () => {
    const guest = await comesIn('Ida')
    const first = await guest.opens()
    await guest.posts({ id: 'm1', text: 'hello' })
    await first.sees('Hello Ida')
    first.closes()
    const upTo = first.all().at(-1)!.seq
    for (const n of [2, 3, 4]) expect(await guest.posts({ id: `m${n}`, text: `missed ${n}` })).toBe(200)
    await expect.poll(async () => (await answered(guest.person)) > upTo + 5).toBe(true)
    const second = await guest.opens(upTo)
    const missed = second.all()
    expect(missed.map(({ seq }) => seq)).toEqual(missed.map((_, n) => upTo + 1 + n))
    expect(
      missed.flatMap(({ author, content }) => (author.by === 'person' ? content.map((item) => 'text' in item && item.text) : [])),
    ).toEqual(['missed 2', 'missed 3', 'missed 4'])
    second.closes()
  })

  test('never sees what is somebody else’s', async () => {
    const [jon, kim] = await Promise.all([comesIn('Jon'), comesIn('Kim')])
    const [ofJon, ofKim] = await Promise.all([jon.opens(), kim.opens()])
    await jon.posts({ id: 'm1', text: 'hello' })
    await ofJon.sees('Hello Jon')
    await jon.posts({ id: 'm2', text: 'my printer is called Marmalade' })
    await expect.poll(() => JSON.stringify(ofJon.all())).toContain('Marmalade')
    await kim.posts({ id: 'm1', text: 'hello' })
    await ofKim.sees('Hello Kim')
    expect(JSON.stringify(ofKim.all())).not.toMatch(/Marmalade|Jon/)
    const stranger = io(stage.hub.url, { auth: { token: `${jon.token}x` }, transports: ['websocket'], reconnection: false })
    const refused = await new Promise((resolve) => stranger.on('connect_error', (error) => resolve(error.message)))
    expect(refused).toBe('HUB_SIGN_IN_NEEDED')
    ofJon.closes()
    ofKim.closes()
  })
})

async function answered(person: string): Promise<number> {
  const row = await stage.hub.connection.db
    .selectFrom('conversations')
    .select('messages')
    .where('key', '=', person)
    .executeTakeFirstOrThrow()
  return row.messages
}

async function comesIn(name: string) {
  const json = { 'content-type': 'application/json' }
  const { token, person } = (await (await stage.post('/api/guest', JSON.stringify({ name }), json)).json()) as GuestToken
  return {
    token,
    person,
    posts: async (body: WebHookBody) =>
      (await stage.post('/hooks/web/main', JSON.stringify(body), { ...json, authorization: `Bearer ${token}` })).status,
    /** Opens the page and reads on after `after`. */
    async opens(after = 0) {
      const socket: Socket = io(stage.hub.url, { auth: { token }, transports: ['websocket'], reconnection: false })
      const messages: MessageView[] = []
      let looked = 0
      socket.on('message', (message: MessageView) => messages.push(message))
      await new Promise((resolve, reject) => {
        socket.on('connect_error', reject)
        socket.emit('resume', { after }, resolve)
      })
      return {
        all: (): readonly MessageView[] => messages,
        async sees(words: string) {
          const find = () =>
            messages.findIndex((message, n) => n >= looked && message.author.by !== 'person' && JSON.stringify(message).includes(words))
          await expect.poll(find).toBeGreaterThanOrEqual(0)
          looked = find() + 1
        },
        closes: () => socket.disconnect(),
      }
    },
  }
}
