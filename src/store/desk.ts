import { type RawBuilder, sql } from 'kysely'
import type { Address, Content, Failure, Json } from '../channel/index.ts'
import { type ConversationId, type Owner, textOf } from '../core/conversation.ts'
import type {
  ConversationSummary,
  ConversationView,
  DeskView,
  JourneyView,
  MessageView,
  TechnicianView,
  WindowView,
} from '../http/api-types.ts'
import { reasonOf } from './delivery.ts'
import { authorName, type LineRow, lineOf, messageRows, messageViews, ownerView, type ViewDeps } from './views.ts'

/** `title` names a channel as people know it; `window` says how long its platform lets a technician write. */
export type DeskDeps = ViewDeps & {
  readonly title: (channel: string) => string
  readonly window: (channel: string, account: string, lastHeardAt: string | null) => WindowView
}

/** Messages on one page of a conversation. */
const pageSize = 100
/** Conversations with the virtual agent that the Desk shows: those heard last. Whoever waits, or is with a technician, is always shown. */
const withVirtualAgent = 50

type SummaryRow = LineRow & {
  readonly id: ConversationId
  readonly channel: string
  readonly account: string
  readonly owner: Owner
  readonly last_heard_at: Date | null
  readonly unanswered: boolean
  readonly reach: ConversationSummary['reach']
  readonly person_id: string | null
  readonly person_name: string | null
  readonly trust: ConversationSummary['person']['trust'] | null
  readonly last_content: readonly Content[] | null
  readonly last_at: Date | null
  readonly last_by: MessageView['author']['by'] | null
  readonly last_name: string | null
  readonly last_deleted: boolean | null
}

/** Everything the lists need of the conversations that `chosen` (a query giving their ids) names, in one statement. */
async function summaryRows({ db }: DeskDeps, chosen: RawBuilder<unknown>): Promise<readonly SummaryRow[]> {
  const { rows } = await sql<SummaryRow>`
    with chosen as materialized (${chosen}), ${lineOf(sql`exists (select 1 from chosen)`)}
    select c.id, c.channel, c.account, c.owner, c.last_heard_at, c.unanswered, c.reach, i.person as person_id, coalesce(i.name, c.person ->> 'name') as person_name, i.trust,
      line.place, line.waiting, line.technicians, said.content as last_content, said.at as last_at, said.author as last_by, said.name as last_name, said.deleted as last_deleted
    from chosen join conversations c on c.id = chosen.id
      left join identities i on i.channel = c.channel and i.account = c.account and i.key = c.person ->> 'key'
      left join line on line.id = c.id
      left join lateral (
        select m.content, m.at, m.author, m.name, m.deleted_at is not null as deleted from messages m
        where m.conversation = c.id and not m.note order by m.number desc limit 1) said on true
    order by c.last_heard_at desc nulls last, c.id`.execute(db)
  return rows
}

function summaryOf({ title, window }: DeskDeps, row: SummaryRow): ConversationSummary {
  const last = row.last_content && row.last_at && row.last_by ? { content: row.last_content, at: row.last_at, by: row.last_by } : undefined
  return {
    id: row.id,
    channel: row.channel,
    channelTitle: title(row.channel),
    account: row.account,
    person: { id: row.person_id ?? '', name: row.person_name ?? 'Guest', trust: row.trust ?? 'guest' },
    owner: ownerView(row.owner, row),
    summary: row.owner.by === 'queue' ? row.owner.summary : '',
    ...(last === undefined
      ? {}
      : {
          lastMessage: {
            text: row.last_deleted ? 'Deleted' : preview(last.content),
            at: last.at.toISOString(),
            by: authorName(last.by, row.last_name ?? (last.by === 'person' ? row.person_name : null)),
          },
        }),
    lastHeardAt: row.last_heard_at?.toISOString() ?? null,
    unanswered: row.unanswered,
    reach: row.reach,
    window: window(row.channel, row.account, row.last_heard_at?.toISOString() ?? null),
  }
}

/** The first words of a message, or what it holds where there are none. */
function preview(content: readonly Content[]): string {
  const words = textOf(content) || content.map(named).join(' ')
  const line = words.replace(/\s+/g, ' ').trim()
  const letters = [...line]
  return letters.length > 160 ? `${letters.slice(0, 159).join('')}…` : line
}

function named(item: Content): string {
  switch (item.type) {
    case 'text':
    case 'choices':
    case 'template':
      return item.text
    case 'media':
      return item.caption ?? `[${item.file.name ?? item.kind}]`
    case 'place':
      return `[${item.name ?? 'place'}]`
    case 'contact':
      return `[${item.name}]`
    case 'card':
    case 'form':
      return item.title
    case 'unreadable':
      return `[${item.platformType}]`
  }
}

/** The Desk's lists, read whole each time; who waits longest stands first. Undefined where this is no technician (any more). */
export async function readDesk(deps: DeskDeps, technician: string): Promise<DeskView | undefined> {
  const me = await technicianView(deps, technician)
  if (!me) return undefined
  const rows = await summaryRows(
    deps,
    sql`
      select id from conversations where owner_by in ('queue', 'technician') union all
      (select id from conversations where owner_by = 'virtual-agent' order by last_heard_at desc nulls last, id limit ${withVirtualAgent})`,
  )
  const held = (row: SummaryRow) => (row.owner.by === 'technician' ? row.owner.technician : undefined)
  const inLine = rows.flatMap((row) => (row.owner.by === 'queue' ? [{ row, since: row.owner.since }] : []))
  inLine.sort((a, b) => (a.since === b.since ? a.row.id.localeCompare(b.row.id) : a.since < b.since ? -1 : 1))
  return {
    me,
    waiting: inLine.map(({ row }) => summaryOf(deps, row)),
    mine: rows.filter((row) => held(row) === technician).map((row) => summaryOf(deps, row)),
    others: rows.filter((row) => row.owner.by !== 'queue' && held(row) !== technician).map((row) => summaryOf(deps, row)),
  }
}

async function technicianView({ db }: ViewDeps, id: string): Promise<TechnicianView | undefined> {
  return db.selectFrom('technicians').select(['id', 'name', 'email', 'role', 'presence']).where('id', '=', id).executeTakeFirst()
}

/** Undefined where there is no such conversation. */
export async function readSummary(deps: DeskDeps, conversation: string): Promise<ConversationSummary | undefined> {
  const [row] = await summaryRows(deps, sql`select id from conversations where id = ${conversation}`)
  return row && summaryOf(deps, row)
}

/** The newest page of a conversation, or the one before the message `before`; ascending, notes and all. */
export async function readConversation(
  deps: DeskDeps,
  conversation: string,
  before: number | undefined,
): Promise<ConversationView | undefined> {
  const found = await readSummary(deps, conversation)
  if (!found) return undefined
  const earlier = before === undefined ? sql`` : sql`and number < ${before}`
  const page = sql`select conversation, number from messages where conversation = ${conversation} ${earlier} order by number desc limit ${pageSize + 1}`
  const rows = await messageRows(deps.db, page, sql`m.number`, 'technician')
  const more = rows.length > pageSize
  return { conversation: found, messages: await messageViews(deps, more ? rows.slice(1) : rows, 'technician'), more }
}

/** Where a conversation lives and who has the word; for what the Desk does besides acts. */
export async function addressOf(
  { db }: ViewDeps,
  conversation: string,
): Promise<{ readonly address: Address; readonly owner: Owner } | undefined> {
  const row = await db
    .selectFrom('conversations')
    .select(['channel', 'account', 'key', 'reply', 'owner'])
    .where('id', '=', conversation)
    .executeTakeFirst()
  if (!row) return undefined
  const address = {
    channel: row.channel,
    account: row.account,
    conversation: row.key,
    ...(row.reply === null ? {} : { reply: row.reply as Json }),
  }
  return { address: address as Address, owner: row.owner }
}

/** What happened to one message, step by step, as far as rows tell; undefined where there is no such message. */
export async function readJourney(deps: ViewDeps, conversation: string, number: number): Promise<JourneyView | undefined> {
  const { rows } = await sql<{ author: MessageView['author']['by']; note: boolean; at: Date; filed_at: Date | null; done_at: Date | null }>`
    select m.author, m.note, m.at, i.filed_at, i.done_at
    from messages m join conversations c on c.id = m.conversation
      left join inbox i on i.channel = c.channel and i.account = c.account and i.event_id = m.event_id
    where m.conversation = ${conversation} and m.number = ${number}`.execute(deps.db)
  const message = rows[0]
  if (!message) return undefined
  const filed = iso(message.filed_at)
  const received: Step[] =
    filed === null
      ? []
      : [
          {
            at: filed,
            step: 'received',
            detail: message.author === 'person' ? 'The hub took it from the channel.' : 'What it answers was taken from the channel.',
          },
        ]
  const done = iso(message.done_at)
  const handled: Step = { at: done ?? message.at.toISOString(), step: 'handled', detail: handledWords(message) }
  if (message.author === 'person' || message.note) return { steps: [...received, handled] }
  return { steps: [...received, handled, ...(await sendingSteps(deps, conversation, number))] }
}

type Step = JourneyView['steps'][number]
const iso = (at: Date | string | null): string | null => (at === null ? null : new Date(at).toISOString())

const handledWords = ({ author, note }: { readonly author: MessageView['author']['by']; readonly note: boolean }): string =>
  note
    ? 'Kept as a note; it is never sent.'
    : author === 'person'
      ? 'The conversation took its turn.'
      : 'It was said in the conversation’s turn.'

type PartRow = {
  readonly state: 'due' | 'begun' | 'sent' | 'failed' | 'held'
  readonly planned_at: Date
  readonly sent_at: Date | null
  readonly attempt: number
  readonly twice: boolean
  readonly failure: Failure | null
  readonly paused: boolean
  readonly receipts: readonly {
    readonly status: 'sent' | 'delivered' | 'read' | 'failed'
    readonly at: string
    readonly failure: Failure | null
  }[]
}

async function sendingSteps({ db }: ViewDeps, conversation: string, number: number): Promise<readonly Step[]> {
  const { rows } = await sql<PartRow>`
    select p.state, p.planned_at, p.sent_at, p.attempt, p.twice, p.failure, a.paused_at is not null as paused, (
      select coalesce(json_agg(json_build_object('status', r.status, 'at', r.at, 'failure', r.failure) order by r.at), '[]') from receipts r
      where r.conversation = p.conversation and (r.platform = any(p.platform)
        or (r.platform in ('up-to:sent', 'up-to:delivered', 'up-to:read') and r.at >= p.sent_at))) as receipts
    from parts p left join accounts a on a.channel = p.channel and a.account = p.account
    where p.conversation = ${conversation} and ${number} = any(p.messages) order by p.number`.execute(db)
  return rows.flatMap((part, index) => partSteps(part, rows.length === 1 ? '' : `Part ${index + 1} of ${rows.length}: `))
}

function partSteps(part: PartRow, which: string): readonly Step[] {
  const step = (at: Date | string | null, name: Step['step'], detail: string): Step => ({
    at: iso(at),
    step: name,
    detail: `${which}${detail}`,
  })
  const reason = reasonOf({ state: shownAs[part.state], failure: part.failure, paused: part.paused && part.state === 'due' })
  const twice = part.twice ? ' The person may have it twice.' : ''
  const planned = step(part.planned_at, 'waiting', 'Written down to be sent.')
  switch (part.state) {
    case 'due':
      return [
        planned,
        ...(part.attempt > 0 || reason ? [step(null, 'waiting', `${reason ?? 'It goes out again by itself.'}${twice}`)] : []),
      ]
    case 'begun':
      return [planned, step(null, 'sending', `Try ${part.attempt} is on its way to the platform.${twice}`)]
    case 'failed':
    case 'held':
      return [planned, step(null, part.state, `${reason ?? 'It was given up.'}${twice}`)]
    case 'sent':
      return [
        planned,
        step(part.sent_at, 'sent', `The platform took it${part.attempt > 1 ? ` at try ${part.attempt}` : ''}.${twice}`),
        ...part.receipts
          .filter(({ status }) => status !== 'sent')
          .map(({ status, at, failure }) =>
            step(
              at,
              status,
              status === 'failed' ? (reasonOf({ state: 'failed', failure, paused: false }) ?? '') : told[status as 'delivered' | 'read'],
            ),
          ),
      ]
  }
}

const shownAs = { due: 'waiting', begun: 'sending', sent: 'sent', failed: 'failed', held: 'held' } as const
const told = { delivered: 'It reached the person’s device.', read: 'The person has seen it.' } as const
