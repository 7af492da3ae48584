import { sql } from 'kysely'
import type { PlatformMessageId } from '../channel/index.ts'
import type { Author, ConversationId } from '../core/conversation.ts'
import type { Committed, Outgoing, PlannedTurn } from '../pipeline/ports.ts'
import { writeAbout } from './about.ts'
import type { Db } from './connect.ts'
import { spoil } from './inbox.ts'
import { asJson } from './json.ts'
import type { Mine } from './leases.ts'
import { fileAsked, giveWay, takePlace } from './meanwhile.ts'
import { inTime, leaseSeconds } from './parts.ts'

/**
 * See `Store.commit`. Almost always one statement over all turns: whoever has the row's version wins, and with it its messages, parts and done-marks.
 * What happens seldom (a new person, a receipt, an edit, a reaction, words before an answer) is written in the same transaction around it.
 */
export async function commit(db: Db, me: string, mine: Mine, planned: readonly PlannedTurn[]): Promise<readonly Committed[]> {
  let committed: readonly Committed[] = []
  const young = await inTime(async () => {
    committed = await commitAll(db, me, mine, planned)
    return true
  })
  return young ? committed : committed.map((one) => ({ ...one, begun: null }))
}

/** A turn that the database refuses for what is in it is found by halves and spoiled; the others are none the worse for its company. */
async function commitAll(db: Db, me: string, mine: Mine, planned: readonly PlannedTurn[]): Promise<readonly Committed[]> {
  try {
    return await commitTogether(db, me, mine, planned)
  } catch (error) {
    if (!refusedForItsContent(error)) throw error
    const [only, ...others] = planned
    if (only && others.length === 0) {
      await spoil(db, only.entries, error.message)
      return []
    }
    const half = planned.length >> 1
    return [...(await commitAll(db, me, mine, planned.slice(0, half))), ...(await commitAll(db, me, mine, planned.slice(half)))]
  }
}

/** Classes 22, 23 and 54: data exceptions, violated constraints, exceeded limits (https://www.postgresql.org/docs/17/errcodes-appendix.html). */
const refusedForItsContent = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(22|23|54)...$/.test(String(error.code))

async function commitTogether(db: Db, me: string, mine: Mine, planned: readonly PlannedTurn[]): Promise<readonly Committed[]> {
  const seldom = planned.filter(hasSeldom)
  if (seldom.length === 0) return write(db, me, mine, planned)
  return db.transaction().execute(async (transaction) => {
    const provisional = seldom.filter(({ turn }) => turn.meanwhile !== undefined)
    const notBefore = new Map<ConversationId, Date | null>()
    for (const turn of provisional) notBefore.set(turn.before.id, await giveWay(transaction, turn))
    const committed = await write(transaction, me, mine, planned)
    const won = new Set(committed.map((one) => one.conversation))
    for (const turn of seldom) if (won.has(turn.before.id)) await writeAbout(transaction, turn)
    const asked = new Map<ConversationId, number>()
    for (const turn of provisional) {
      if (!won.has(turn.before.id)) continue
      await takePlace(transaction, turn, notBefore.get(turn.before.id) ?? null)
      const seq = await fileAsked(transaction, turn)
      if (seq !== null) asked.set(turn.before.id, seq)
    }
    return asked.size === 0
      ? committed
      : committed.map((one) => (asked.has(one.conversation) ? { ...one, asked: asked.get(one.conversation)! } : one))
  })
}

const hasSeldom = ({ before, turn }: PlannedTurn): boolean =>
  turn.receipts.length > 0 ||
  turn.revisions.length > 0 ||
  turn.reactions.length > 0 ||
  turn.meanwhile !== undefined ||
  turn.said.some(
    (message) =>
      message.author.by === 'person' &&
      (message.author.person.key !== before.person?.key || message.author.person.name !== before.person?.name),
  )

async function write(db: Db, me: string, mine: Mine, planned: readonly PlannedTurn[]): Promise<readonly Committed[]> {
  const { rows } = await sql<{ id: ConversationId; owed: boolean; shut: boolean; begun: number | null }>`/* commit */
    with t as (
      select * from json_to_recordset(${asJson(planned.map(conversationRow))}::json) as t(
        id uuid, version int, key text, told boolean, reply jsonb, person jsonb, owner_by text, owner jsonb, chat jsonb, chats int, memory jsonb, offered jsonb,
        last_heard_at timestamptz, unanswered boolean, reach text, timer_name text, timer_at timestamptz, messages int, parts int)
    ), won as (
      update conversations c set key = t.key, reply = case when t.told then t.reply else c.reply end, person = t.person, owner_by = t.owner_by, owner = t.owner, chat = t.chat, chats = t.chats,
        memory = t.memory, offered = t.offered, last_heard_at = t.last_heard_at, unanswered = t.unanswered, reach = t.reach, timer_name = t.timer_name,
        timer_at = t.timer_at, messages = t.messages, parts = t.parts, version = c.version + 1
      from t where c.id = t.id and c.version = t.version
      returning c.id, c.channel, c.account
    ), said as (
      insert into messages (conversation, number, chat, author, person, technician, name, content, at, sources, event_id, platform, reply_to, note, key)
      select m.conversation, m.number, m.chat, m.author, m.person, m.technician, m.name, m.content, m.at, m.sources, m.event_id, m.platform, m.reply_to, m.note, m.key
      from json_to_recordset(${asJson(planned.flatMap(messageRows))}::json) as m(
        conversation uuid, number int, chat int, author text, person text, technician text, name text, content jsonb, at timestamptz, sources text[],
        event_id text, platform text, reply_to text, note boolean, key text) join won on won.id = m.conversation
    ), done as (
      update inbox set done_at = now(), outcome = d.outcome
      from json_to_recordset(${asJson(planned.flatMap(doneRows))}::json) as d(conversation uuid, seq bigint, outcome jsonb) join won on won.id = d.conversation
      where inbox.seq = d.seq
    ), open as (
      select won.id, exists (select 1 from parts p where p.conversation = won.id and p.state in ('due', 'begun')) as owed, exists (
        select 1 from accounts a where a.channel = won.channel and a.account = won.account and (a.paused_at is not null or greatest(a.throttled_until, a.paced_until) > now())) or not (${mine('won')}) as shut
      from won
    ), planned as (
      insert into parts (conversation, number, channel, account, messages, action, target, payload, bytes, state, due_at, owner, attempt)
      select p.conversation, p.number, won.channel, won.account, p.messages, case when p.revises is null then 'send' else 'revise' end,
        case when p.revises is not null then (
          select max(e.number) from messages k join parts e on e.conversation = k.conversation and k.number = any(e.messages)
          where k.conversation = p.conversation and k.key = p.revises) end,
        p.payload, p.bytes, case when begins then 'begun' else 'due' end,
        case when begins then now() + make_interval(secs => ${leaseSeconds}) else now() end,
        case when begins then ${me} end, case when begins then 1 else 0 end
      from (
        select p.*, p.first and not coalesce((select o.owed or o.shut from open o where p.first and o.id = p.conversation), true) as begins
        from json_to_recordset(${asJson(planned.flatMap(partRows))}::json) as p(
          conversation uuid, number int, messages int[], payload jsonb, bytes bigint, revises text, first boolean) offset 0) p
        join won on won.id = p.conversation
      returning conversation, number, state
    )
    select open.id, open.owed, open.shut, (select p.number from planned p where p.conversation = open.id and p.state = 'begun') as begun from open`.execute(
    db,
  )
  const turns = new Map(planned.map((turn) => [turn.before.id, turn]))
  return rows.map(({ id, owed, shut, begun }) => {
    const turn = turns.get(id)!
    return {
      conversation: id,
      to: turn.turn.next.address,
      begun: begun === null ? null : outgoing(turn, begun),
      owed: owed || (begun === null && turn.plans.length > 0),
      paced: shut,
    }
  })
}

function outgoing(turn: PlannedTurn, number: number): Outgoing {
  const plan = turn.plans[number - turn.before.parts - 1]!
  const { next } = turn.turn
  return {
    conversation: next.id,
    number,
    to: next.address,
    messages: plan.messages,
    payload: plan.payload,
    bytes: plan.bytes,
    attempt: 1,
    unresolved: false,
    twice: false,
    reachable: next.reach === 'reachable',
  }
}

function conversationRow({ before, turn: { next }, plans }: PlannedTurn) {
  return {
    id: next.id,
    version: before.version,
    key: next.address.conversation,
    // A turn that heard nothing knows no newer way to answer; the one it knew may be spent by now.
    told: next.address.reply !== before.address.reply,
    reply: next.address.reply ?? null,
    person: next.person,
    owner_by: next.owner.by,
    owner: next.owner,
    chat: next.chat,
    chats: next.chats,
    memory: next.memory,
    offered: next.offered,
    last_heard_at: next.lastHeardAt,
    unanswered: next.unanswered,
    reach: next.reach,
    timer_name: next.timer?.name ?? null,
    timer_at: next.timer?.at ?? null,
    messages: next.messages,
    parts: before.parts + plans.length,
  }
}

const messageRows = ({ before, turn }: PlannedTurn) =>
  turn.said.map((message) => ({
    conversation: before.id,
    number: message.number,
    chat: Number(message.chat.slice(message.chat.lastIndexOf('.') + 1)),
    ...authorColumns(message.author),
    content: message.content,
    at: message.at,
    sources: message.sources,
    event_id: message.event ?? null,
    platform: (message.platform ?? null) as PlatformMessageId | null,
    reply_to: message.replyTo ?? null,
    note: message.note ?? false,
    key: message.key ?? null,
  }))

function authorColumns(author: Author) {
  switch (author.by) {
    case 'person':
      return { author: author.by, person: author.person.key, name: author.person.name ?? null }
    case 'technician':
      return { author: author.by, technician: author.technician, name: author.name }
    case 'virtual-agent':
    case 'hub':
      return { author: author.by }
  }
}

const doneRows = ({ before, turn, entries }: PlannedTurn) =>
  entries.map(({ seq }) => ({ conversation: before.id, seq, outcome: turn.outcomes.get(seq) ?? null }))

/** Revisions never begin with the commit: which message they change is read when they are claimed. */
const partRows = ({ before, plans, mayBegin }: PlannedTurn) =>
  plans.map((plan, index) => ({
    conversation: before.id,
    number: before.parts + index + 1,
    messages: plan.messages,
    payload: plan.payload,
    bytes: plan.bytes,
    revises: plan.revises ?? null,
    first: index === 0 && mayBegin && plan.revises === undefined,
  }))
