import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccountId, Failure } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import { fold, settle } from '../../src/core/turn.ts'
import type { PartResult, Pending, PlannedTurn, Store } from '../../src/pipeline/ports.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { addressOf, everything, typed } from '../support/events.ts'
import { postgresUrl } from '../support/services.ts'
import { openMemory } from '../support/template.ts'

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())

const main = 'main' as AccountId
/** A turn that answers everything heard with `reply`, in one part. */
function turnOf(pending: Pending, reply = 'hello'): PlannedTurn {
  const { conversation: before, entries } = pending
  const draft = fold(before, entries, { source: 'Test', can: everything, rules: defaultTimerRules, now: new Date().toISOString() })
  const turn = settle(draft, { memory: null, say: [{ content: { type: 'text', text: reply }, to: [] }] })
  return { before, turn, entries, plans: [{ messages: [turn.next.messages], payload: { reply }, bytes: 0 }], mayBegin: true }
}

const kinds = [
  { kind: 'PGlite', available: true, open: openMemory },
  { kind: 'Postgres', available: postgres !== undefined, open: () => connect({ databaseUrl: postgres!.url }) },
] as const

for (const { kind, available, open } of kinds)
  describe.runIf(available)(`what the store makes of the unexpected, on ${kind}`, () => {
    let connection: Connection
    let store: Store
    let who = 0
    const newcomer = () => `edge-${++who}`

    beforeAll(async () => {
      connection = await open()
      await migrate(connection)
      store = makeStore(connection.db, 'one')
    })
    afterAll(() => connection?.close())

    const say = async (person: string, text = 'hi'): Promise<ConversationId> => {
      const [filed] = await store.file([{ event: typed(person, text), files: false }])
      return filed!.conversation
    }
    const pendingOf = async (conversation: ConversationId): Promise<Pending> => (await store.pending([conversation]))[0]!
    const failed = (conversation: ConversationId, failure: Failure): PartResult => ({
      conversation,
      number: 1,
      fence: 1,
      state: 'failed',
      dueInMs: 0,
      countsAttempt: true,
      twice: false,
      platform: null,
      failure,
    })

    test('a character that the database has no room for is replaced, and nobody filed with it is turned away', async () => {
      const filed = await store.file([
        { event: typed(newcomer(), 'a\u0000b \ud83d \\u0000 \\\u0000 \udc00\ud800 👍'), files: false },
        { event: typed(newcomer(), 'fine'), files: false },
      ])
      expect(filed).toHaveLength(2)
      const { entries } = await pendingOf(filed[0]!.conversation)
      expect(entries[0]!.happening).toMatchObject({ event: { content: [{ text: 'a\ufffdb \ufffd \\u0000 \\\ufffd \ufffd\ufffd 👍' }] } })
    })

    test('nor does it hold up an answer, a refusal, or an act', async () => {
      const [conversation, neighbour] = [await say(newcomer()), await say(newcomer())]
      const turns = [turnOf(await pendingOf(conversation), 'half \ud83d'), turnOf(await pendingOf(neighbour))]
      expect(await store.commit(turns)).toHaveLength(2)
      await store.record([failed(conversation, { kind: 'rejected', code: '400', detail: 'cut in two \ud83d\u0000' })])
      const act = { kind: 'told', content: [{ type: 'text', text: '\u0000' }], at: new Date().toISOString() } as const
      expect(await store.fileFor(conversation, 'told:1', act)).not.toBeNull()
      await store.pauseAccount('edge', main, { kind: 'unauthorized', code: '\u0000' })
      await store.noteCheck('edge', main, { ok: false, detail: '\ud83d\u0000' })
      await store.spoil((await pendingOf(conversation)).entries, 'boom \u0000')
    })

    test('a turn that the database refuses is set aside alone: its neighbours are written, and what else its person said is answered', async () => {
      const [person, neighbour] = [newcomer(), await say(newcomer())]
      const bad = { ...typed(person, 'written on no day'), at: 'the day before yesterday' }
      const [filed] = await store.file([{ event: bad, files: false }])
      const { conversation } = filed!
      await say(person, 'and another thing')
      const turns = [turnOf(await pendingOf(conversation)), turnOf(await pendingOf(neighbour))]
      expect((await store.commit(turns)).map((one) => one.conversation)).toEqual([neighbour])
      const written: number[] = []
      for (let tries = 0; tries < 6 && written.length === 0; tries++) {
        const pending = await pendingOf(conversation)
        expect(pending.entries).toHaveLength(1)
        if ((await store.commit([turnOf(pending)])).length > 0) written.push(pending.entries[0]!.seq)
      }
      expect(written).toEqual([filed!.seq + 1])
      expect(await store.pending([conversation])).toEqual([])
      const row = await connection.db.selectFrom('inbox').selectAll().where('seq', '=', filed!.seq).executeTakeFirstOrThrow()
      expect(row.failure).toContain('the day before yesterday')
    })

    test('a turn begins nothing on an account that is paused or throttled, whichever process knows of it', async () => {
      const [first, second] = [await say(newcomer()), await say(newcomer())]
      await store.pauseAccount('test', main, { kind: 'unauthorized', code: '401' })
      const [paused] = await store.commit([turnOf(await pendingOf(first))])
      await store.resumeAccount('test', main)
      await store.throttleAccount('test', main, 60_000, 0)
      const [throttled] = await store.commit([turnOf(await pendingOf(second))])
      await store.resumeAccount('test', main)
      expect([paused, throttled]).toMatchObject([
        { begun: null, owed: true },
        { begun: null, owed: true },
      ])
      expect(await store.claim([first, second])).toHaveLength(2)
    })

    test('what an account that is paced owes is told as such, to the turn and to sweep', async () => {
      const conversation = await say(newcomer())
      await store.throttleAccount('test', main, 0, 60_000)
      expect(await store.commit([turnOf(await pendingOf(conversation))])).toMatchObject([{ begun: null, owed: true, paced: true }])
      await sql`update parts set due_at = now() - interval '2 seconds' where conversation = ${conversation} and state = 'due'`.execute(
        connection.db,
      )
      const { deliveries, paced } = await store.forgotten(500)
      expect(deliveries).not.toContain(conversation)
      expect(paced).toContainEqual({ conversation, channel: 'test', account: 'main' })
      await sql`update accounts set paced_until = null`.execute(connection.db)
      expect((await store.forgotten(500)).deliveries).toContain(conversation)
    })

    test('a spent reply token does not come back with a turn that knew it still', async () => {
      const conversation = await say(newcomer())
      await store.commit([turnOf(await pendingOf(conversation))])
      await store.fileFor(conversation, 'told:2', { kind: 'told', content: [{ type: 'text', text: 'x' }], at: new Date().toISOString() })
      const knew = turnOf(await pendingOf(conversation))
      await store.record([
        { ...failed(conversation, { kind: 'rejected', code: 'x' }), state: 'sent', failure: null, reply: { spent: true } },
      ])
      await store.commit([knew])
      const { reply } = await connection.db
        .selectFrom('conversations')
        .select('reply')
        .where('id', '=', conversation)
        .executeTakeFirstOrThrow()
      expect(reply).toEqual({ spent: true })
    })

    test('the part that is begun by a receipt goes where that receipt says', async () => {
      const conversation = await say(newcomer())
      const pending = await pendingOf(conversation)
      const turn = turnOf(pending)
      await store.commit([{ ...turn, plans: [turn.plans[0]!, turn.plans[0]!] }])
      const sent = { ...failed(conversation, { kind: 'rejected', code: 'x' }), state: 'sent', failure: null } as const
      const [next] = await store.record([{ ...sent, reply: { spent: true } }])
      expect(next).toMatchObject({ number: 2, to: { reply: { spent: true } } })
    })

    test('a conversation that moves while its turn is taken stays where it moved to', async () => {
      const [from, to] = [newcomer(), newcomer()]
      const conversation = await say(from)
      const stale = turnOf(await pendingOf(conversation))
      await store.move(addressOf(from), addressOf(to))
      expect(await store.commit([stale])).toEqual([])
      const [committed] = await store.commit([turnOf(await pendingOf(conversation))])
      expect(committed!.to).toMatchObject(addressOf(to))
      expect((await store.file([{ event: typed(to, 'here'), files: false }]))[0]!.conversation).toBe(conversation)
    })

    test('more than one turn takes is said, so that the rest is not left to sweep', async () => {
      const person = newcomer()
      const filed = await store.file(Array.from({ length: 130 }, (_, index) => ({ event: typed(person, `${index}`), files: false })))
      const first = await pendingOf(filed[0]!.conversation)
      expect([first.entries.length, first.more]).toEqual([100, true])
      await store.commit([turnOf(first)])
      const rest = await pendingOf(filed[0]!.conversation)
      expect([rest.entries.length, rest.more]).toEqual([30, false])
    })

    test('sweep sees past what can not move: paused accounts, parts behind one that waits, timers that were told', async () => {
      const stuck = await say(newcomer())
      await store.commit([turnOf(await pendingOf(stuck))])
      await sql`update parts set state = 'due', due_at = now() + interval '1 hour', owner = null where conversation = ${stuck}`.execute(
        connection.db,
      )
      const paused = await say(newcomer())
      await store.commit([turnOf(await pendingOf(paused))])
      await sql`insert into accounts (channel, account, paused_at) values ('away', 'main', now())`.execute(connection.db)
      await sql`update parts set channel = 'away', due_at = now() - interval '1 day' where conversation = ${paused}`.execute(connection.db)
      await sql`insert into parts (conversation, number, channel, account, messages, payload, state, due_at)
        select ${stuck}, n, 'test', 'main', '{1}', '{}', 'due', now() - interval '1 hour' from generate_series(2, 30) n`.execute(
        connection.db,
      )
      const lost = await say(newcomer())
      await store.commit([turnOf(await pendingOf(lost))])
      await sql`update parts set due_at = now() - interval '1 minute' where conversation = ${lost}`.execute(connection.db)
      await sql`update parts set state = 'sent' where conversation not in (${stuck}, ${paused}, ${lost})`.execute(connection.db)
      await sql`update conversations set timer_at = now() - interval '1 hour', owner_by = 'queue' where id in (${stuck}, ${paused})`.execute(
        connection.db,
      )
      await sql`update conversations set timer_at = now() - interval '1 minute', owner_by = 'queue' where id = ${lost}`.execute(
        connection.db,
      )
      expect((await store.forgotten(2)).deliveries).toEqual([lost])
      for (const { conversation, name, at } of (await store.forgotten(2)).timers)
        await store.fileFor(conversation, `timer:${name}:${at}`, { kind: 'timer', timer: name, due: at, at })
      expect((await store.forgotten(2)).timers.map((timer) => timer.conversation)).toEqual([lost])
    })
  })
