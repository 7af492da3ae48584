import { sql } from 'kysely'
import type { Address, Person } from '../channel/index.ts'
import type { ConversationId, ReceiptNote } from '../core/conversation.ts'
import type { Reaction, Revision } from '../core/draft.ts'
import type { PlannedTurn } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'
import { asJson } from './json.ts'

/** What a turn seldom has: people seen here for the first time, receipts, edits, reactions. Runs in the turn's transaction. */
export async function writeAbout(db: Db, { before, turn }: PlannedTurn): Promise<void> {
  const people = new Map<string, Person>()
  for (const { author } of turn.said) if (author.by === 'person') people.set(author.person.key, author.person)
  for (const person of people.values()) await meet(db, before.id, turn.next.address, person)
  for (const receipt of turn.receipts) await note(db, before.id, receipt)
  for (const revision of turn.revisions) await revise(db, before.id, revision)
  for (const reaction of turn.reactions) await react(db, before.id, reaction)
}

/**
 * A person on an account is an identity; a new identity is a new person until somebody links it, or where it is the lasting name of one we know,
 * or somebody whom another account of the channel knows by the name that the platform uses everywhere.
 */
async function meet(db: Db, conversation: ConversationId, at: Address, person: Person): Promise<void> {
  const everywhere = person.everywhere ?? null
  const former = (person.key as string) === at.conversation ? (at.formerly ?? null) : null
  await sql`
    with known as (
      select person from (
        select person, case key when ${person.key} then 0 else 1 end as rank, seen_at from identities
        where channel = ${at.channel} and account = ${at.account} and key in (${person.key}, ${former})
        union all select person, 2, seen_at from identities where channel = ${at.channel} and everywhere = ${everywhere}
      ) met order by rank, seen_at limit 1
    ), made as (
      insert into people (name, email) select ${person.name ?? null}, ${person.email ?? null} where not exists (select 1 from known) returning id
    ), identity as (
      insert into identities (channel, account, key, person, name, email, language, everywhere)
      select ${at.channel}, ${at.account}, ${person.key}, id, ${person.name ?? null}, ${person.email ?? null}, ${person.language ?? null}, ${everywhere}
      from (select person as id from known union all select id from made) p
      on conflict (channel, account, key) do update set name = coalesce(excluded.name, identities.name), email = coalesce(excluded.email, identities.email),
        language = coalesce(excluded.language, identities.language), everywhere = coalesce(excluded.everywhere, identities.everywhere), seen_at = now()
      returning person
    )
    insert into participants (conversation, person) select ${conversation}, person from identity on conflict do nothing`.execute(db)
}

/** State moves only forward; `failed` is final. A receipt may come before our own row: it waits under the platform's id. */
async function note(db: Db, conversation: ConversationId, receipt: ReceiptNote): Promise<void> {
  const platform = 'message' in receipt.of ? receipt.of.message : `up-to:${receipt.status}`
  const at = 'message' in receipt.of ? receipt.at : receipt.of.upTo
  await sql`
    insert into receipts (conversation, platform, status, at, failure)
    values (${conversation}, ${platform}, ${receipt.status}, ${at}, ${receipt.failure ? asJson(receipt.failure) : null}::jsonb)
    on conflict (conversation, platform) do update set status = excluded.status, at = excluded.at, failure = excluded.failure
    where array_position(array['sent', 'delivered', 'read', 'failed'], excluded.status) > array_position(array['sent', 'delivered', 'read', 'failed'], receipts.status)
      or receipts.platform like 'up-to:%' and excluded.at > receipts.at`.execute(db)
}

async function revise(db: Db, conversation: ConversationId, revision: Revision): Promise<void> {
  await sql`
    update messages set earlier = coalesce(earlier, content),
      content = coalesce(${revision.content === null ? null : asJson(revision.content)}::jsonb, content),
      revised_at = case when ${revision.content !== null} then ${revision.at}::timestamptz else revised_at end,
      deleted_at = case when ${revision.content === null} then ${revision.at}::timestamptz else deleted_at end
    where conversation = ${conversation} and platform = ${revision.message}`.execute(db)
}

/** Some platforms do not say which reaction was taken away (`emoji` is empty): then all of that person's go. */
async function react(db: Db, conversation: ConversationId, { message, person, emoji, on }: Reaction): Promise<void> {
  const added = on ? { [emoji]: [person] } : {}
  await sql`
    update messages m set reactions = (
      select coalesce(jsonb_object_agg(emoji, people), '{}') from (
        select emoji, jsonb_agg(distinct who) as people from (
          select e.key as emoji, w.value as who from jsonb_each(coalesce(m.reactions, '{}')) e, jsonb_array_elements(e.value) w
          where ${on} or w.value <> to_jsonb(${person}::text) or ${emoji} not in ('', e.key)
          union all select e.key, w.value from jsonb_each(${asJson(added)}::jsonb) e, jsonb_array_elements(e.value) w) held
        group by emoji) grouped)
    where m.conversation = ${conversation} and (m.platform = ${message} or exists (
      select 1 from parts p where p.conversation = m.conversation and m.number = any(p.messages) and ${message} = any(p.platform)))`.execute(
    db,
  )
}
