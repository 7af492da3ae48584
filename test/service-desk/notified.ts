import type { AccountId, Capabilities, Content, PersonKey } from '../../src/channel/index.ts'
import type { ConversationId, Happening } from '../../src/core/conversation.ts'
import type { NewRequest } from '../../src/core/service-desk.ts'
import { makeNotify } from '../../src/pipeline/notify.ts'
import type { Channel, Channels } from '../../src/pipeline/ports.ts'
import { makeAudience } from '../../src/service-desk/audience.ts'
import type { Connection } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { everything } from '../support/events.ts'
import { incident } from './samples.ts'
import { databases, dropPostgres, stage } from './stage.ts'

const main = 'main' as AccountId
/** Where there is a Postgres these tests run on it, elsewhere on an embedded database. */
const anyDatabase = databases.findLast(({ available }) => available)!
export let connection: Connection
export let desk: Awaited<ReturnType<typeof stage>>
const now = () => new Date()

const channelOf = (name: string, can: Partial<Capabilities> = {}): Channel => ({
  definition: { name, title: name, source: name },
  account: main,
  adapter: { isGroup: ({ conversation }: { conversation: string }) => conversation.startsWith('group') } as unknown as Channel['adapter'],
  can: { ...everything, ...can },
  onUncertain: 'resend',
})
const open = [channelOf('slack', { edit: true }), channelOf('line'), channelOf('whatsapp', { replyWindow: [{ hours: 24, for: 'anyone' }] })]
const channels: Channels = {
  all: () => open,
  get: (name, account) => open.find((one) => one.definition.name === name && one.account === account),
}
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Before the tests of a file; ends with `closeStage`. */
export async function openStage(): Promise<void> {
  connection = await anyDatabase.open()
  desk = await stage(connection)
}
export async function closeStage(): Promise<void> {
  await connection.close()
  await dropPostgres()
}

let people = 0
/** Somebody who wrote in an app so many hours ago; `email` is vouched for by it. */
export async function person(channel: string, more: { email?: string; key?: string; hours?: number; reach?: string; room?: string } = {}) {
  const key = more.key ?? `person-${++people}`
  const room = more.room ?? key
  const heard = new Date(now().getTime() - (more.hours ?? 0) * 3_600_000)
  const { db } = connection
  const { id: personId } = await db.insertInto('people').values({ name: key, email: null }).returning('id').executeTakeFirstOrThrow()
  await db
    .insertInto('identities')
    .values({
      channel,
      account: 'main',
      key,
      person: personId,
      name: key,
      email: more.email ?? null,
      email_vouched: more.email !== undefined,
      language: null,
      picture: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const identity = await db
    .selectFrom('identities')
    .select('person')
    .where('channel', '=', channel)
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  const { id } = await db
    .insertInto('conversations')
    .values({
      channel,
      account: 'main',
      key: room,
      reply: null,
      person: JSON.stringify({ key, name: key }),
      owner: '{"by":"nobody"}',
      chat: null,
      memory: null,
      offered: '[]',
      last_heard_at: heard,
      reach: (more.reach ?? 'reachable') as never,
      timer_name: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('participants')
    .values({ conversation: id, person: identity.person })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return { conversation: id as ConversationId, identity: { channel, account: main, key: key as PersonKey } }
}
export const writes = async (conversation: string, hours = 0) =>
  connection.db
    .updateTable('conversations')
    .set({ last_heard_at: new Date(now().getTime() - hours * 3_600_000 + 60_000) })
    .where('id', '=', conversation)
    .execute()

type Told = Extract<Happening, { kind: 'told' }>
export async function inboxOf(conversation: string): Promise<readonly Told[]> {
  const rows = await connection.db.selectFrom('inbox').select('happening').where('conversation', '=', conversation).orderBy('seq').execute()
  return rows.map(({ happening }) => happening as Told)
}
const wordsOf = (content: Content): string =>
  content.type === 'text' || content.type === 'choices'
    ? content.text
    : content.type === 'card'
      ? `${content.title} | ${content.text}`
      : content.type
export const told = async (conversation: string) => (await inboxOf(conversation)).map(({ content }) => content.map(wordsOf).join('\n'))

/** One process that tells people. */
export function notifier(book: Parameters<typeof makeNotify>[0]['book'] = desk.book) {
  const rung: string[] = []
  const notify = makeNotify({
    book,
    audience: makeAudience(connection.db),
    channels,
    store: makeStore(connection.db, 'the notifier'),
    bell: { ring: (_, conversations) => rung.push(...conversations) },
    log: quiet,
    now,
    link: (number) => `https://desk.example/${number}`,
    thanks: 'no_thanks',
  })
  return { ...notify, rung }
}
let keys = 0
export const key = () => `k${++keys}`
export async function request(
  of: { conversation: ConversationId; identity: NewRequest['requester']['identity'] },
  more: Partial<NewRequest> = {},
) {
  const opened = await desk.desk.open(incident(of.identity, { subject: 'No sound', conversation: of.conversation, ...more }), key())
  if (opened.state !== 'open') throw new Error('kept')
  return opened.request.number
}
