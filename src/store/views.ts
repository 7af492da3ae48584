import { type RawBuilder, sql } from 'kysely'
import type { AccountId, ChannelName, Content, ConversationKey, FileRef } from '../channel/index.ts'
import type { ConversationId, Owner } from '../core/conversation.ts'
import type { ChatState, ContentView, FileView, MessageView, OwnerView } from '../http/api-types.ts'
import type { Db } from './connect.ts'
import { deliveryOf, type PartFacts } from './delivery.ts'
import { findFiles, type StoredFile } from './files.ts'

/** What it takes to show what was said: the tables, and who signs links to files. */
export type ViewDeps = { readonly db: Db; readonly files: { link(id: string, seconds: number, name?: string): string } }
/** People see no notes, nothing that was deleted and no delivery of ours; only the page of a web chat knows its own ids again. */
export type Reader = 'technician' | 'person' | 'own-page'

/** How long links in what is read hold, in seconds: a page that stays open reads again long before. */
const linkSeconds = 2 * 3_600

export type MessageRow = {
  readonly conversation: ConversationId
  readonly key: string
  readonly channel: ChannelName
  readonly account: AccountId
  readonly number: number
  readonly chat: number
  readonly author: MessageView['author']['by']
  readonly person: string | null
  readonly technician: string | null
  readonly name: string | null
  readonly content: readonly Content[]
  readonly at: Date
  readonly sources: readonly string[]
  readonly event_id: string | null
  readonly note: boolean
  readonly message_key: string | null
  readonly revised_at: Date | null
  readonly deleted_at: Date | null
  readonly reactions: { readonly [emoji: string]: readonly string[] } | null
  readonly parts: readonly PartFacts[] | null
}

/** The parts of the messages named by the relation `page(conversation, number)`: one pass over the conversations' parts, whatever the page's size. */
const partsOfPage = sql`
  spans as (select conversation, min(number) as lowest, max(number) as highest from page group by conversation),
  carried as (
    select p.conversation, n.number, json_agg(json_build_object('state', p.state, 'twice', p.twice, 'failure', p.failure, 'platform', p.platform, 'sentAt', p.sent_at,
      'paused', a.paused_at is not null and p.state = 'due', 'receipts', (
        select coalesce(json_agg(json_build_object('platform', r.platform, 'status', r.status, 'at', r.at, 'failure', r.failure)), '[]') from receipts r
        where r.conversation = p.conversation and r.platform = any(p.platform || array['up-to:sent', 'up-to:delivered', 'up-to:read'])))
      order by p.number) as parts
    from spans s join parts p on p.conversation = s.conversation left join accounts a on a.channel = p.channel and a.account = p.account
      cross join unnest(p.messages) as n(number)
    where n.number between s.lowest and s.highest group by p.conversation, n.number
  )`
const noParts = sql`carried as (select null::uuid as conversation, null::int as number, null::json as parts where false)`

/** Reads the messages that `page` (a query giving conversation and number) names, in the order that is given, in one statement. */
export async function messageRows(
  db: Db,
  page: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
  reader: Reader,
): Promise<readonly MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    with page as materialized (${page}), ${reader === 'technician' ? partsOfPage : noParts}
    select m.conversation, m.number, m.chat, m.author, m.person, m.technician, coalesce(m.name, i.name) as name, m.content, m.at, m.sources, m.event_id, m.note,
      m.key as message_key, m.revised_at, m.deleted_at, m.reactions, c.key, c.channel, c.account, d.parts
    from page join messages m on m.conversation = page.conversation and m.number = page.number join conversations c on c.id = m.conversation
      left join identities i on i.channel = c.channel and i.account = c.account and i.key = m.person
      left join carried d on d.conversation = m.conversation and d.number = m.number
    order by ${order}`.execute(db)
  return rows
}

/** What a page shows of these rows. Files are looked up together, and only where there are any. */
export async function messageViews(deps: ViewDeps, rows: readonly MessageRow[], reader: Reader): Promise<readonly MessageView[]> {
  const ids = rows.flatMap((row) => row.content.flatMap((item) => fileIdsOf(item)))
  const files = new Map((ids.length === 0 ? [] : await findFiles(deps.db, ids)).map((file) => [file.id, file]))
  return rows.map((row) =>
    messageView(row, reader, (file) => fileView(deps, row, file, 'stored' in file ? files.get(file.stored) : undefined)),
  )
}

function messageView(row: MessageRow, reader: Reader, show: (file: FileRef) => FileView | { readonly missing: string }): MessageView {
  const delivery = row.author === 'person' || row.note ? undefined : deliveryOf(row.parts ?? [])
  const hidden = row.deleted_at !== null && reader !== 'technician'
  const reactions = Object.entries(row.reactions ?? {}).flatMap(([emoji, people]) =>
    people.length > 0 ? [{ emoji, count: people.length }] : [],
  )
  const clientId = reader === 'own-page' ? clientIdOf(row) : undefined
  return {
    id: `${row.conversation}.${row.number}`,
    seq: row.number,
    chat: `${row.conversation}.${row.chat}`,
    author: { by: row.author, name: authorName(row.author, row.name) },
    content: hidden
      ? []
      : row.content.flatMap((item) => (reader === 'own-page' ? asAsked(item) : [item])).map((item) => contentView(item, show)),
    at: row.at.toISOString(),
    sources: row.sources,
    ...(row.note ? { note: true } : {}),
    ...(row.revised_at === null ? {} : { edited: true }),
    ...(row.deleted_at === null ? {} : { deleted: true }),
    ...(row.message_key === null ? {} : { key: row.message_key }),
    ...(reactions.length === 0 ? {} : { reactions }),
    ...(delivery === undefined ? {} : { delivery }),
    ...(clientId === undefined ? {} : { clientId }),
  }
}

/** The name under which an author is shown. */
export function authorName(by: MessageView['author']['by'], name: string | null): string {
  switch (by) {
    case 'person':
      return name ?? 'Guest'
    case 'technician':
      return name ?? 'Technician'
    case 'virtual-agent':
      return 'Virtual agent'
    case 'hub':
      return 'Support desk'
  }
}

/** The events of our own pages are `<what>:<conversation>:<the page's id>`. */
function clientIdOf({ author, event_id, key }: MessageRow): string | undefined {
  if (author !== 'person' || event_id === null) return undefined
  const prefix = ['message', 'choice'].map((what) => `${what}:${key}:`).find((start) => event_id.startsWith(start))
  return prefix === undefined ? undefined : event_id.slice(prefix.length)
}

/** Our own pages have no forms: they ask one question after the other. */
const asAsked = (item: Content): readonly Content[] => (item.type === 'form' ? item.otherwise : [item])

const fileIdsOf = (item: Content): readonly string[] => {
  const file = item.type === 'media' ? item.file : item.type === 'card' ? item.image : undefined
  return file && 'stored' in file ? [file.stored] : []
}

function contentView(item: Content, show: (file: FileRef) => FileView | { readonly missing: string }): ContentView {
  switch (item.type) {
    case 'media':
      return { type: 'media', kind: item.kind, file: show(item.file), ...(item.caption === undefined ? {} : { caption: item.caption }) }
    case 'card': {
      const { image, ...card } = item
      const shown = image && show(image)
      return { ...card, ...(shown && 'link' in shown ? { image: { url: shown.link, name: shown.name, mime: shown.mime } } : {}) }
    }
    case 'form':
      return { type: 'text', text: [item.title, item.text, ...item.fields.map(({ label }) => `• ${label}`)].filter(Boolean).join('\n') }
    case 'text':
    case 'place':
    case 'contact':
    case 'choices':
    case 'template':
    case 'unreadable':
      return item
  }
}

/** A person's message shows only files of its own conversation and those that its author uploaded, whatever file it names. */
function fileView(
  { files }: ViewDeps,
  row: MessageRow,
  ref: FileRef,
  file: StoredFile | undefined,
): FileView | { readonly missing: string } {
  if ('url' in ref)
    return { id: ref.url, name: ref.name ?? 'file', mime: ref.mime ?? 'application/octet-stream', bytes: ref.bytes ?? 0, link: ref.url }
  if ('ref' in ref) return { missing: 'This file was not fetched from the platform.' }
  if (!file) return { missing: 'This file is gone.' }
  if (row.author === 'person' && file.conversation !== row.conversation && file.uploader !== row.person)
    return { missing: 'This file is not part of this conversation.' }
  return { id: file.id, name: file.name, mime: file.mime, bytes: file.bytes, link: files.link(file.id, linkSeconds, file.name) }
}

/** Where somebody stands in the line of their skill; rows only for those in the queue. Empty where `gate` does not hold. */
export const lineOf = (gate: RawBuilder<unknown>) => sql`
  line as (
    select id, row_number() over (partition by owner ->> 'skill' order by owner ->> 'since', id)::int as place, count(*) over (partition by owner ->> 'skill')::int as waiting,
      (select count(*)::int from technicians where presence = 'available') as technicians
    from conversations where owner_by = 'queue' and ${gate})`
export type LineRow = { readonly place: number | null; readonly waiting: number | null; readonly technicians: number | null }

export function ownerView(owner: Owner, line: LineRow): OwnerView {
  switch (owner.by) {
    case 'virtual-agent':
    case 'nobody':
      return { by: owner.by }
    case 'technician':
      return { by: owner.by, name: owner.name }
    case 'queue':
      return {
        by: owner.by,
        since: owner.since,
        skill: owner.skill,
        place: line.place ?? 1,
        waiting: line.waiting ?? 1,
        technicians: line.technicians ?? 0,
      }
  }
}

/** What was said after `after`, in order, as its person may read it: no notes. */
export async function transcriptAfter(
  deps: ViewDeps,
  conversation: ConversationId,
  after: number,
  limit: number,
): Promise<readonly MessageView[]> {
  const page = sql`select conversation, number from messages where conversation = ${conversation} and number > ${after} and not note order by number limit ${limit}`
  return messageViews(deps, await messageRows(deps.db, page, sql`m.number`, 'own-page'), 'own-page')
}

/** The conversation that lives at this address; undefined where nobody has written there yet. */
export async function conversationByAddress(
  db: Db,
  channel: ChannelName,
  account: AccountId,
  key: ConversationKey,
): Promise<{ readonly id: ConversationId } | undefined> {
  const { rows } = await sql<{
    id: ConversationId
  }>`select id from conversations where channel = ${channel} and account = ${account} and key = ${key}`.execute(db)
  return rows[0]
}

/** What a page of the web chat reads: what was said after `after`, and who has the word. */
export async function readChat(
  deps: ViewDeps,
  at: { readonly channel: string; readonly account: string; readonly conversation: string },
  after: number,
  limit: number,
): Promise<{ readonly messages: readonly MessageView[]; readonly state: ChatState }> {
  const { rows } = await sql<{ id: ConversationId; owner: Owner; messages: number } & LineRow>`
    with here as materialized (select id, owner_by, owner, messages from conversations where channel = ${at.channel} and account = ${at.account} and key = ${at.conversation}),
    ${lineOf(sql`exists (select 1 from here where owner_by = 'queue')`)}
    select here.id, here.owner, here.messages, line.place, line.waiting, line.technicians from here left join line on line.id = here.id`.execute(
    deps.db,
  )
  const here = rows[0]
  if (!here) return { messages: [], state: { owner: { by: 'nobody' }, seq: 0 } }
  const messages = here.messages > after ? await transcriptAfter(deps, here.id, after, limit) : []
  return { messages, state: { owner: ownerView(here.owner, here), seq: here.messages } }
}
