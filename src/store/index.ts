import { sql } from 'kysely'
import type { AccountId, Address, ChannelName, HookRequest } from '../channel/index.ts'
import type { ConversationId } from '../core/conversation.ts'
import type { Store } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'
import { forgotten } from './forgotten.ts'
import { fetched, file, fileFor, outcome, pending, spoil, unfetched } from './inbox.ts'
import { asJson } from './json.ts'
import { holder, type Listened, lease, mineOf, release } from './leases.ts'
import { claim, lastCheck, noteCheck, noteListening, pauseAccount, record, renew, resumeAccount, throttleAccount } from './parts.ts'
import { claimProfile, noteProfile } from './profiles.ts'
import { commit } from './turns.ts'

/** The store of one process; `me` names it in leases, `listened` the accounts that send only from where somebody listens. */
export function makeStore(db: Db, me: string, listened: readonly Listened[] = []): Store {
  const mine = mineOf(me, listened)
  return {
    file: (filings) => file(db, filings),
    fileFor: (conversation, key, happening) => fileFor(db, conversation, key, happening),
    pending: (conversations) => pending(db, conversations),
    commit: (turns) => commit(db, me, mine, turns),
    spoil: (entries, reason) => spoil(db, entries, reason),
    outcome: (seq) => outcome(db, seq),
    claim: (conversations) => claim(db, me, mine, conversations),
    record: (results) => record(db, me, mine, results),
    renew: (conversations) => renew(db, me, conversations),
    move: (from, to) => move(db, from, to),
    pauseAccount: (channel, account, failure) => pauseAccount(db, channel, account, failure),
    resumeAccount: (channel, account) => resumeAccount(db, channel, account),
    throttleAccount: (channel, account, ms, pacedMs) => throttleAccount(db, channel, account, ms, pacedMs),
    forgotten: (limit) => forgotten(db, mine, limit),
    quarantine: (at, request, reasons) => quarantine(db, at, request, reasons),
    unfetched: (seqs) => unfetched(db, seqs),
    fetched: (seq, happening) => fetched(db, seq, happening),
    waiting: () => waiting(db),
    availableTechnicians: () => availableTechnicians(db),
    claimProfile: (at, key) => claimProfile(db, at, key),
    noteProfile: (at, key, profile) => noteProfile(db, at, key, profile),
    lease: (name, seconds) => lease(db, me, name, seconds),
    release: (name) => release(db, me, name),
    holder: (name) => holder(db, me, name),
    noteCheck: (channel, account, health) => noteCheck(db, channel, account, health),
    lastCheck: (channel, account) => lastCheck(db, channel, account),
    noteListening: (channel, account, state) => noteListening(db, channel, account, state),
  }
}

/** See `Store.move`. Where somebody has already written at the new address, both conversations stay and the old one ends. A turn under way is taken again. */
async function move(db: Db, from: Address, to: Address): Promise<void> {
  await sql`
    update conversations c set key = ${to.conversation}, reply = ${asJson(to.reply ?? null)}::jsonb, version = c.version + 1
    where c.channel = ${from.channel} and c.account = ${from.account} and c.key = ${from.conversation} and not exists (
      select 1 from conversations o where o.channel = c.channel and o.account = c.account and o.key = ${to.conversation})`.execute(db)
}

/** Headers that prove who called are not kept. */
const secretHeaders = /authorization|cookie|secret|token|signature/

async function quarantine(
  db: Db,
  at: { readonly channel: ChannelName; readonly account: AccountId },
  request: HookRequest,
  reasons: readonly string[],
): Promise<void> {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !secretHeaders.test(name)))
  await db
    .insertInto('hook_requests')
    .values({
      channel: at.channel,
      account: at.account,
      method: request.method,
      query: asJson(request.query),
      headers: asJson(headers),
      body: Buffer.from(request.body),
      reasons: [...reasons],
    })
    .execute()
}

async function waiting(db: Db) {
  const { rows } = await sql<{ conversation: ConversationId; skill: string; since: string; told: number | null }>`
    select id as conversation, owner ->> 'skill' as skill, owner ->> 'since' as since, (owner ->> 'told')::int as told
    from conversations where owner_by = 'queue' order by owner ->> 'since', id`.execute(db)
  return rows
}

async function availableTechnicians(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from technicians where presence = 'available'`.execute(db)
  return rows[0]?.count ?? 0
}
