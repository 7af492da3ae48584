import { setTimeout as wait } from 'node:timers/promises'
import { startTelegramEmulator, type TelegramEmulator, type TelegramPerson } from '../../adapters/telegram/emulator.ts'
import type { SeenMessage } from '../../src/channel/emulator.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import type { ActBody, ConversationSummary, DeskView, HistoryPage, QuarantineView } from '../../src/http/api-types.ts'
import { adminOfTests, openHub } from '../support/hub.ts'

/** How long somebody on the stage waits for what is to come, and how long a silence has to last, in ms. */
const patienceMs = 50_000
const silenceMs = 400

/** It reads whole groups, so that the hub itself has to tell who speaks to it. */
const bot = { token: '110201543:STAGE-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', username: 'switchboard_bot', name: 'Switchboard', privacy: false }

export type Stage = Awaited<ReturnType<typeof openStage>>

/** The whole hub within this process, on an embedded database, with Telegram played beside it: for journeys that read like scripts. */
export async function openStage(virtualAgent?: VirtualAgent) {
  const emulator = await startTelegramEmulator({ timeScale: 40, bots: [bot] })
  const hub = await openHub(
    {
      channels: [
        { channel: 'telegram', account: 'main', ...emulator.account() },
        { channel: 'web', account: 'main', guest: true, allowedOrigins: [] },
      ],
    },
    virtualAgent,
  )
  await emulator.connect(new URL('/hooks/telegram/main', hub.url))
  return {
    hub,
    emulator,
    person: (name: string) => onTelegram(emulator, emulator.person(name)),
    technician: () => technicianOf(hub.url),
    /** The one private conversation of whoever has this key. */
    async conversationOf({ key }: { readonly key: string }): Promise<string> {
      const row = await hub.connection.db.selectFrom('conversations').select('id').where('key', '=', key).executeTakeFirstOrThrow()
      return row.id
    },
    /** Raw bytes at the door. */
    post: (path: string, body: string | Uint8Array<ArrayBuffer>, headers: { readonly [name: string]: string } = {}) =>
      fetch(new URL(path, hub.url), { method: 'POST', body, headers }),
    async close() {
      await hub.stop()
      await emulator.close()
    },
  }
}

/** Somebody with a telephone. What the hub says is heard in order, each message once. */
export function onTelegram(emulator: TelegramEmulator, person: TelegramPerson) {
  let heard = person.sees().length
  const news = (): readonly SeenMessage[] =>
    person
      .sees()
      .slice(heard)
      .filter((message) => message.by === 'hub')
  return {
    ...person,
    says: person.types,
    news,
    /** The next message that holds these words; what stands before it counts as heard. Rejects with what was heard instead. */
    async hears(words: string | RegExp): Promise<SeenMessage> {
      const until = Date.now() + patienceMs
      for (;;) {
        const all = person.sees()
        const at = all.findIndex((message, n) => n >= heard && message.by === 'hub' && fits(message.text, words))
        if (at >= 0) {
          heard = at + 1
          return all[at]!
        }
        if (Date.now() > until)
          throw new Error(`${person.user.first_name} did not hear ${words} but ${JSON.stringify(news().map(({ text }) => text))}`)
        await wait(10)
      }
    },
    /** Everything is taken, and nothing new was said for a while. */
    async hearsNothing(): Promise<readonly string[]> {
      while (emulator.pending() > 0) await wait(10)
      await wait(silenceMs)
      return news().map(({ text }) => text)
    },
  }
}
const fits = (text: string, words: string | RegExp): boolean => (typeof words === 'string' ? text.includes(words) : words.test(text))

/** Somebody at the desk, through the API that the Desk uses. */
export async function technicianOf(url: string) {
  const call = async <Body>(
    method: string,
    path: string,
    body?: object,
    cookie = '',
  ): Promise<{ status: number; body: Body; cookies: string }> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { cookie, origin: url, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    const cookies = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Body, cookies }
  }
  const { status, cookies } = await call('POST', '/api/auth/sign-in/email', adminOfTests)
  if (status !== 200) throw new Error(`the technician could not sign in: ${status}`)
  let key = 0
  const get = async <Body>(path: string): Promise<Body> => (await call<Body>('GET', path, undefined, cookies)).body
  const desk = () => get<DeskView>('/api/desk')
  const act = async (conversation: string, body: DistributiveOmit<ActBody, 'key'>) =>
    (
      await call<{ error?: { code: string } }>(
        'POST',
        `/api/desk/conversations/${conversation}/acts`,
        { key: `k${++key}`, ...body },
        cookies,
      )
    ).status
  return {
    get,
    desk,
    /** The conversation of whoever waits under this name. */
    async waitsFor(name: string): Promise<ConversationSummary> {
      const until = Date.now() + patienceMs
      for (;;) {
        const found = (await desk()).waiting.find(({ person }) => person.name === name)
        if (found) return found
        if (Date.now() > until) throw new Error(`${name} does not wait`)
        await wait(20)
      }
    },
    accepts: (conversation: string) => act(conversation, { do: 'accept' }),
    takesOver: (conversation: string) => act(conversation, { do: 'take-over' }),
    says: (conversation: string, text: string) => act(conversation, { do: 'say', text }),
    notes: (conversation: string, text: string) => act(conversation, { do: 'note', text }),
    handsBack: (conversation: string) => act(conversation, { do: 'return' }),
    closes: (conversation: string) => act(conversation, { do: 'close' }),
    conversation: (id: string) =>
      get<{ conversation: ConversationSummary; messages: HistoryPage['messages'] }>(`/api/desk/conversations/${id}`),
    /** Oldest first. */
    history: async (query: string) => (await get<HistoryPage>(`/api/history?${query}`)).messages.toReversed(),
    quarantine: async () => (await get<{ items: QuarantineView[] }>('/api/admin/quarantine')).items,
  }
}
type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never
