import { type Kysely, sql } from 'kysely'
import type { Address, PersonKey } from '../channel/index.ts'
import type { ConversationId, Happening } from '../core/conversation.ts'
import type { IdentityName } from '../core/trust.ts'
import type { Audience, Listener } from '../pipeline/notify.ts'

type Row = {
  readonly id: ConversationId
  readonly channel: string
  readonly account: Address['account']
  readonly key: Address['conversation']
  readonly reply: Address['reply'] | null
  readonly last_heard_at: Date | null
  readonly reach: Listener['reach']
  readonly person: PersonKey | null
}
const columns = sql.raw(`c.id, c.channel, c.account, c.key, c.reply, c.last_heard_at, c.reach`)

const listenerOf = ({ id, channel, account, key, reply, last_heard_at, reach, person }: Row): Listener => ({
  conversation: id,
  address: { channel, account, conversation: key, ...(reply === null || reply === undefined ? {} : { reply }) },
  person,
  lastHeardAt: last_heard_at?.toISOString() ?? null,
  reach,
})
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Those who are known by this address, each along an index of its own. */
export const identitiesOf = (email: string) => sql`
  select channel, account, key, person from identities where lower(email) = lower(${email}) and email_vouched
  union select channel, account, key, person from identities where lower(proven_email) = lower(${email}) and proven_email is not null`

/** Who can be told of requests, how far that has come, and what could not be told yet, in the hub's database. */
export function makeAudience(db: Kysely<any>): Audience {
  return {
    async cursor(name) {
      const { rows } = await sql<{ seq: number }>`select seq from event_cursors where name = ${name}`.execute(db)
      return rows[0]?.seq ?? 0
    },
    async advance(name, seq) {
      await sql`
        insert into event_cursors (name, seq) values (${name}, ${seq})
        on conflict (name) do update set seq = greatest(event_cursors.seq, excluded.seq)`.execute(db)
    },
    async listeners(conversations) {
      const ids = conversations.filter((one) => uuid.test(one))
      if (ids.length === 0) return []
      const { rows } = await sql<Row>`
        select ${columns}, c.person ->> 'key' as person from conversations c where c.id = any(${ids}::uuid[]) order by c.opened_at, c.id`.execute(
        db,
      )
      return rows.map(listenerOf)
    },
    async known(email) {
      const { rows } = await sql<Row>`
        select ${columns}, i.key as person from (${identitiesOf(email)}) i
        join participants p on p.person = i.person
        join conversations c on c.id = p.conversation and c.channel = i.channel and c.account = i.account
        order by c.last_heard_at desc nulls last limit 1000`.execute(db)
      return rows.map(listenerOf)
    },
    async isOff({ channel, account, key }) {
      const { rows } = await sql`select 1 from notices_off where channel = ${channel} and account = ${account} and key = ${key}`.execute(db)
      return rows.length > 0
    },
    async shown(approval) {
      const { rows } = await sql<Row & { readonly email: string }>`
        select ${columns}, c.person ->> 'key' as person, n.email from notice_cards n join conversations c on c.id = n.conversation
        where n.approval = ${approval}`.execute(db)
      return rows.map((row) => ({ ...listenerOf(row), email: row.email }))
    },
    async show(approval, conversation, email) {
      await sql`insert into notice_cards (approval, conversation, email) values (${approval}, ${conversation}, ${email}) on conflict do nothing`.execute(
        db,
      )
    },
    async settled(approval, conversation) {
      await sql`delete from notice_cards where approval = ${approval} and conversation = ${conversation}`.execute(db)
    },
    async keep(conversation, key, happening) {
      await sql`
        insert into notices_kept (conversation, key, happening) values (${conversation}, ${key}, ${JSON.stringify(happening)}::jsonb)
        on conflict do nothing`.execute(db)
    },
    async kept() {
      // Whoever has not written since the notice was kept is not looked at again: their window is as closed as it was.
      const { rows } = await sql<Row & { readonly kept: string; readonly happening: Extract<Happening, { kind: 'told' }> }>`
        select ${columns}, c.person ->> 'key' as person, k.key as kept, k.happening from notices_kept k join conversations c on c.id = k.conversation
        where c.last_heard_at > k.at order by k.at, k.key limit 100`.execute(db)
      return rows.map((row) => ({ ...listenerOf(row), key: row.kept, happening: row.happening }))
    },
    async putOff(conversation, key, heardAt) {
      await sql`update notices_kept set at = greatest(at, ${heardAt}::timestamptz) where conversation = ${conversation} and key = ${key}`.execute(
        db,
      )
    },
    async drop(conversation, key) {
      const { rows } = await sql`delete from notices_kept where conversation = ${conversation} and key = ${key} returning key`.execute(db)
      return rows.length > 0
    },
  }
}

/** Whether people want to be told of changes: on, until they say otherwise. Each app they write in counts for itself. */
export function makeNoticeChoice(db: Kysely<any>) {
  return {
    async isOn({ channel, account, key }: IdentityName): Promise<boolean> {
      const { rows } = await sql`select 1 from notices_off where channel = ${channel} and account = ${account} and key = ${key}`.execute(db)
      return rows.length === 0
    },
    async set({ channel, account, key }: IdentityName, on: boolean): Promise<void> {
      await (on
        ? sql`delete from notices_off where channel = ${channel} and account = ${account} and key = ${key}`
        : sql`insert into notices_off (channel, account, key) values (${channel}, ${account}, ${key}) on conflict do nothing`
      ).execute(db)
    },
  }
}
export type NoticeChoice = ReturnType<typeof makeNoticeChoice>
