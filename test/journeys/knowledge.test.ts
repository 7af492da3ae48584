import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GuestToken, WebHookBody } from '../../src/http/api-types.ts'
import { adminOfTests, openHub } from '../support/hub.ts'
import { openEndpoint } from '../virtual-agent/endpoint.ts'

let endpoint: Awaited<ReturnType<typeof openEndpoint>>
let hub: Awaited<ReturnType<typeof openHub>>
let cookie = ''
const json = { 'content-type': 'application/json' }
const post = (path: string, body: object, headers: { readonly [name: string]: string } = {}) =>
  fetch(new URL(path, hub.url), { method: 'POST', headers: { ...json, origin: hub.url, ...headers }, body: JSON.stringify(body) })
const admin = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
  const answer = await fetch(new URL(path, hub.url), {
    method,
    headers: { cookie, origin: hub.url, ...(body === undefined ? {} : json) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await answer.json()) as Record<string, unknown>
}

beforeAll(async () => {
  endpoint = await openEndpoint()
  hub = await openHub({
    channels: [{ channel: 'web', account: 'main' }],
    hub: { languageModel: { baseUrl: endpoint.url, model: 'test', firstTokenSeconds: 0.4, timeoutSeconds: 0.8 } },
  })
  const signedIn = await post('/api/auth/sign-in/email', adminOfTests)
  cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
})
afterAll(async () => {
  await hub?.stop()
  await endpoint?.close()
})

const comesIn = async () => {
  const { token, person } = (await (await post('/api/guest', {})).json()) as GuestToken
  let sent = 0
  const says = async (body: Omit<WebHookBody, 'id'>) =>
    (await post('/hooks/web/main', { id: `m${++sent}`, ...body }, { authorization: `Bearer ${token}` })).status
  /** Everything that was said to this guest. */
  const heard = async (): Promise<string> => {
    const rows = await hub.connection.db
      .selectFrom('messages')
      .innerJoin('conversations', 'conversations.id', 'messages.conversation')
      .select('messages.content')
      .where('conversations.key', '=', person)
      .where('messages.author', '=', 'virtual-agent')
      .orderBy('messages.number')
      .execute()
    return JSON.stringify(rows)
  }
  const hears = (words: string) => expect.poll(heard).toContain(words)
  return { says, heard, hears }
}

const paragraph = 'The zeppelin is moored at the mast of hangar 7. Ring the bell twice before you enter the gondola.'
const article = {
  title: 'Board the zeppelin',
  keywords: ['gondola', 'mast'],
  audience: 'public',
  body: `${paragraph}\n\n${Array.from({ length: 40 }, (_, at) => `## Cabin ${at + 1}\n\nCabin ${at + 1} of the gondola has two seats and a window that opens towards the ground below.`).join('\n\n')}`,
}
const grounded = JSON.stringify({
  answerable: true,
  sentences: [
    { text: 'Ring the bell twice before you enter the gondola.', cites: ['P1'], quote: 'Ring the bell twice before you enter the gondola' },
    { text: 'Bring 500 euros to hangar 9.', cites: ['P1'], quote: 'The zeppelin is moored at the mast of hangar 7' },
  ],
})

describe('an article that is written in the hub', () => {
  test('is unknown before, put into words after, opened in the chat, and read to its end on its page', async () => {
    endpoint.will({ do: 'say', say: grounded })
    const before = await comesIn()
    expect(await before.says({ text: 'how do I board the zeppelin gondola?' })).toBe(200)
    await expect.poll(before.heard).toMatch(/don't know|Did you mean|not sure/)
    expect(endpoint.calls).toEqual([])

    expect(await admin('POST', '/api/admin/articles', { ...article, state: 'published' })).toMatchObject({ id: 'board-the-zeppelin' })
    const guest = await comesIn()
    await guest.says({ text: 'how do I board the zeppelin gondola?' })
    await guest.hears('Ring the bell twice before you enter the gondola.')
    expect(await guest.heard()).toContain('From the article **Board the zeppelin**')
    expect(await guest.heard()).not.toContain('500 euros')
    expect(endpoint.calls).toHaveLength(1)

    await guest.says({ choice: { value: 'article:board-the-zeppelin', label: 'Open the article' } })
    await guest.hears('Read the rest of this article')
    const link = /\((http[^)]+\/articles\/[^)]+)\)/.exec(await guest.heard())?.[1]
    const page = await fetch(link!)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<h2 id="part-40">Cabin 40</h2>')
    expect(new URL(link!).origin).toBe(new URL(hub.url).origin)

    await guest.says({ choice: { value: 'none_helped', label: 'No' } })
    await guest.hears('Shall I get a technician?')
    await expect
      .poll(async () => (await admin('GET', '/api/admin/questions')).items)
      .toMatchObject([
        {
          words: 'how do I board the zeppelin gondola?',
          why: 'none-helped',
          shown: [{ id: 'board-the-zeppelin', title: article.title }],
          times: expect.any(Number),
        },
      ])
  })

  test('is quoted by itself where the language model is silent, and nothing is written meanwhile', async () => {
    endpoint.will({ do: 'silence' })
    const guest = await comesIn()
    await guest.says({ text: 'how do I board the zeppelin gondola?' })
    await expect.poll(() => endpoint.calls.length).toBe(1)
    const other = await comesIn()
    await other.says({ text: 'hello' })
    await other.hears('Hello')
    await guest.hears('**Board the zeppelin**')
    expect(hub.complaints.filter((line) => !line.includes('"level":30'))).toEqual([])
  })
})
