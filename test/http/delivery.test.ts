import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { id } from '../../src/channel/index.ts'
import type { ConversationView, JourneyView, UploadedFile } from '../../src/http/api-types.ts'
import { type House, openHouse } from '../support/api.ts'

let house: House
let tess: Awaited<ReturnType<House['signIn']>>
beforeAll(async () => {
  house = await openHouse()
  tess = await house.signIn('Tess')
})
afterAll(() => house.close())

let count = 0
const waits = async () => {
  const key = `person${++count}`
  return { key, conversation: await house.says('telegram', key, 'a technician please') }
}
const act = (who: typeof tess, conversation: string, body: object) =>
  who.post(`/api/desk/conversations/${conversation}/acts`, { key: `key${++count}`, ...body })
const open = async (conversation: string) => (await tess.get<ConversationView>(`/api/desk/conversations/${conversation}`)).body
const journey = async (conversation: string, seq: number) =>
  (await tess.get<JourneyView>(`/api/desk/conversations/${conversation}/messages/${seq}/journey`)).body.steps

describe('the delivery of a message', () => {
  const said = async () => {
    const { conversation, key } = await waits()
    await house.delivers(conversation)
    await act(tess, conversation, { do: 'accept' })
    await house.delivers(conversation)
    await act(tess, conversation, { do: 'say', text: 'hello' })
    return {
      conversation,
      key,
      delivery: async () => (await open(conversation)).messages.at(-1)?.delivery,
      seq: (await open(conversation)).messages.at(-1)!.seq,
    }
  }
  const receipt = (key: string, of: { message: string } | { upTo: string }, status: 'delivered' | 'read' | 'failed', more = {}) =>
    house.hears({
      kind: 'receipt',
      id: id(`receipt:${key}:${++count}`),
      at: house.clock.at.toISOString(),
      from: { channel: 'telegram', account: id('bot'), conversation: id(key) },
      of: of as never,
      status,
      ...more,
    })

  test('goes from waiting to sending to sent, and by receipts only forward', async () => {
    const { conversation, key, delivery, seq } = await said()
    expect(await delivery()).toEqual({ state: 'waiting' })
    const states: unknown[] = []
    await house.delivers(conversation, (part) => {
      states.push(part.attempt)
      return { platform: [id('pm')] }
    })
    expect(states).toEqual([1])
    expect(await delivery()).toEqual({ state: 'sent' })
    await receipt(key, { message: 'pm' }, 'read')
    expect(await delivery()).toEqual({ state: 'read' })
    await receipt(key, { message: 'pm' }, 'delivered')
    expect(await delivery()).toEqual({ state: 'read' })
    expect((await journey(conversation, seq)).map(({ step }) => step)).toEqual(['handled', 'waiting', 'sent', 'read'])
  })

  test('is on its way while nobody knows more', async () => {
    const { conversation, delivery } = await said()
    await house.store.claim([conversation])
    expect(await delivery()).toEqual({ state: 'sending' })
  })

  test('follows a watermark, which says nothing of what was sent after it', async () => {
    const { conversation, key, delivery } = await said()
    await house.delivers(conversation)
    const { sent_at } = await house.db
      .selectFrom('parts')
      .select('sent_at')
      .where('conversation', '=', conversation)
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow()
    await receipt(key, { upTo: new Date(sent_at!.getTime() - 1_000).toISOString() }, 'read')
    expect(await delivery()).toEqual({ state: 'sent' })
    await receipt(key, { upTo: new Date(sent_at!.getTime() + 1_000).toISOString() }, 'read')
    expect(await delivery()).toEqual({ state: 'read' })
  })

  test('says in plain words why it failed, is held, or waits', async () => {
    const failed = await said()
    await house.delivers(failed.conversation, () => ({
      state: 'failed',
      platform: null,
      failure: { kind: 'unreachable', code: '403', detail: 'The bot was blocked.' },
    }))
    expect(await failed.delivery()).toEqual({
      state: 'failed',
      reason: 'This person cannot be reached here at the moment (The bot was blocked.).',
    })
    const held = await said()
    await house.delivers(held.conversation, () => ({ state: 'held', platform: null, failure: { kind: 'uncertain', code: 'timeout' } }))
    expect(await held.delivery()).toMatchObject({ state: 'held', reason: expect.stringContaining('did not say whether') })
    const later = await said()
    await house.delivers(later.conversation, () => ({
      state: 'due',
      dueInMs: 60_000,
      platform: null,
      twice: true,
      failure: { kind: 'transient', code: '502' },
    }))
    expect(await later.delivery()).toEqual({
      state: 'waiting',
      reason: 'The last try did not succeed. The message goes out again by itself.',
      perhapsTwice: true,
    })
    const steps = await journey(later.conversation, later.seq)
    expect(steps.at(-1)).toMatchObject({ step: 'waiting', at: null, detail: expect.stringContaining('twice') })
  })

  test('is as far as the part that came least far, and failed where one of several failed', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' })
    await house.delivers(conversation)
    const { body: file } = await tess.upload<UploadedFile>('/api/desk/files?name=a.txt', 'a')
    await act(tess, conversation, { do: 'say', text: 'two calls', files: [file.id] })
    let n = 0
    await house.delivers(conversation, () =>
      ++n === 1 ? {} : { state: 'due', dueInMs: 60_000, platform: null, failure: { kind: 'transient', code: '502' } },
    )
    expect((await open(conversation)).messages.at(-1)?.delivery).toMatchObject({ state: 'sending' })
    await house.db
      .updateTable('parts')
      .set({ due_at: new Date(0) })
      .where('conversation', '=', conversation)
      .where('state', '=', 'due')
      .execute()
    await house.delivers(conversation, () => ({ state: 'failed', platform: null, failure: { kind: 'rejected', code: '400' } }))
    const last = (await open(conversation)).messages.at(-1)!
    expect(last.delivery).toEqual({ state: 'failed', reason: 'The platform refused this message.' })
    expect((await journey(conversation, last.seq)).filter(({ detail }) => detail.startsWith('Part 2 of 2'))).toMatchObject([
      { step: 'waiting' },
      { step: 'failed' },
    ])
  })

  test('tells that the account is stopped', async () => {
    const { delivery } = await said()
    await house.store.pauseAccount('telegram', id('bot'), { kind: 'unauthorized', code: '401' })
    expect(await delivery()).toMatchObject({ state: 'waiting', reason: expect.stringContaining('stopped until its credentials work') })
    await house.store.resumeAccount('telegram', id('bot'))
  })

  test('has a journey for a person’s message too, and none for one that is not there', async () => {
    const { conversation } = await waits()
    expect((await journey(conversation, 1)).map(({ step }) => step)).toEqual(['received', 'handled'])
    expect((await tess.get(`/api/desk/conversations/${conversation}/messages/999/journey`)).status).toBe(404)
  })
})
