import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventId } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { Store } from '../../src/pipeline/ports.ts'
import { readAccounts } from '../../src/store/accounts.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { addressOf, typed } from '../support/events.ts'
import { postgresUrl } from '../support/services.ts'
import { openMemory } from '../support/template.ts'
import { partRow, sent, turnOf } from './store-turns.ts'

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())

const kinds = [
  { kind: 'PGlite', available: true, open: openMemory },
  { kind: 'Postgres', available: postgres !== undefined, open: () => connect({ databaseUrl: postgres!.url }) },
] as const

for (const { kind, available, open } of kinds)
  describe.runIf(available)(`where things belong in the store on ${kind}`, () => {
    let connection: Connection
    let store: Store
    let other: Store
    let who = 0
    const newcomer = () => `person-${++who}`

    beforeAll(async () => {
      connection = await open()
      await migrate(connection)
      store = makeStore(connection.db, 'one')
      other = makeStore(connection.db, 'two')
    })
    afterAll(() => connection?.close())

    const take = async (conversation: ConversationId, parts = 1, by: Store = store) => {
      const [pending] = await by.pending([conversation])
      const [committed] = await by.commit([turnOf(pending!, 'hello', parts)])
      return committed
    }
    test('what only a listener can send or fetch is left to whoever holds the lease, and to the next one', async () => {
      const listened = [{ channel: 'linked', account: 'main' as never, lease: 'listen.linked.main' }]
      const [here, there] = ['here', 'there'].map((name) => makeStore(connection.db, name, listened)) as [Store, Store]
      const from = addressOf(newcomer(), 'linked')
      const [filed] = await there.file([{ event: typed('x', 'hi', { from }), files: false }])
      const { conversation } = filed!
      expect(await here.lease('listen.linked.main', 15)).toBe(true)
      expect([await here.holder('listen.linked.main'), await there.holder('listen.linked.main')]).toEqual(['me', 'another'])

      const committed = await take(conversation, 3, there)
      expect([committed?.begun, committed?.owed, committed?.paced]).toEqual([null, true, true])
      expect(await there.claim([conversation])).toEqual([])
      const late = { event: typed('x', 'a picture', { from }), files: true }
      const [unready] = await there.file([late])
      await sql`update parts set due_at = now() - interval '5 seconds' where conversation = ${conversation}`.execute(connection.db)
      await sql`update inbox set due_at = now() where conversation = ${conversation}`.execute(connection.db)
      const seen = async (by: Store) => {
        const { deliveries, unfetched } = await by.forgotten(500)
        return [deliveries.includes(conversation), unfetched.includes(unready!.seq)]
      }
      expect(await seen(there)).toEqual([false, false])
      expect(await seen(here)).toEqual([true, true])

      const [first] = await here.claim([conversation])
      expect(first).toMatchObject({ number: 1, unresolved: false })
      await here.release('listen.linked.main')
      expect(await here.holder('listen.linked.main')).toBe('nobody')
      // What it has begun it may still write down, but it begins nothing more.
      expect(await here.record([sent(conversation, 1)])).toEqual([])
      expect((await partRow(connection, conversation, 1)).state).toBe('sent')
      expect(await there.lease('listen.linked.main', 15)).toBe(true)
      expect(await there.claim([conversation])).toMatchObject([{ number: 2, unresolved: false }])
    })

    test('a person known by a former name goes on under the lasting one: one conversation, one person, and the former name still leads there', async () => {
      const [number, lasting] = [newcomer(), newcomer()] as [string, string]
      const by = (key: string, formerly?: string) => ({
        person: { key: key as never },
        from: { ...addressOf(key), ...(formerly ? { formerly: formerly as never } : {}) },
      })
      const file = (who: string, formerly?: string) => store.file([{ event: typed(who, 'hi', by(who, formerly)), files: false }])
      const [before] = await file(number)
      const conversation = before!.conversation
      await take(conversation)
      // Both names, in two processes at once; then the number alone once more, and a receipt that still names it.
      const both = await Promise.all([
        file(lasting, number),
        other.file([{ event: typed(lasting, 'hello', by(lasting, number)), files: false }]),
      ])
      const [after] = await file(number)
      const receipt = {
        kind: 'receipt',
        id: `r:${number}` as EventId,
        at: '2026-01-01T00:00:00Z',
        from: addressOf(number),
        of: { upTo: '2026-01-01T00:00:00Z' },
        status: 'read',
      } as const
      const [told] = await store.file([{ event: receipt, files: false }])
      expect(new Set([...both.flat(), after!, told!].map((one) => one.conversation))).toEqual(new Set([conversation]))
      await take(conversation)
      const row = await connection.db
        .selectFrom('conversations')
        .select(['key', 'formerly', 'person'])
        .where('id', '=', conversation)
        .executeTakeFirstOrThrow()
      expect(row).toMatchObject({ key: lasting, formerly: number, person: { key: lasting } })
      const identities = await connection.db.selectFrom('identities').select('person').where('key', 'in', [number, lasting]).execute()
      expect(identities).toHaveLength(2)
      expect(new Set(identities.map(({ person }) => person)).size).toBe(1)
      // Somebody else has the number now.
      const third = newcomer()
      const [others] = await file(third, number)
      expect(others!.conversation).not.toBe(conversation)
    })

    test('an account that works and lacks something says what; one that is limited is sent to the platform’s console', async () => {
      const account = newcomer() as never
      const channels = { all: () => [{ definition: { name: 'test', title: 'Test' }, account }] } as never
      const shown = async () => (await readAccounts(connection.db, channels))[0]
      await store.noteCheck('test', account, { ok: true, detail: 'It answers. No webhook is set.', advice: 'No webhook is set.' })
      expect(await shown()).toMatchObject({ state: 'green', reason: 'No webhook is set.' })
      await store.noteCheck('test', account, { ok: false, detail: 'Events are withheld.', facts: { code: 'limited' } })
      expect(await shown()).toMatchObject({
        state: 'red',
        reason: 'Events are withheld.',
        nextStep: expect.stringContaining('has limited'),
      })
      await store.noteCheck('test', account, { ok: true, detail: 'It answers.' })
      expect(await shown()).toEqual(expect.not.objectContaining({ reason: expect.anything() }))
    })

    test('whom another account of the channel knows by the same name of the whole platform is the same person, on another channel somebody else', async () => {
      const [one, two, stranger] = [newcomer(), newcomer(), newcomer()] as [string, string, string]
      const everywhere = `tenant/${one}`
      const meet = async (key: string, channel: string, account: string, person: object = {}) => {
        const from = { ...addressOf(key, channel), account: account as never }
        const [filed] = await store.file([
          { event: typed(key, 'hi', { from, person: { key: key as never, everywhere, ...person } }), files: false },
        ])
        await take(filed!.conversation)
      }
      await meet(one, 'test', 'main')
      await meet(two, 'test', 'branch')
      await meet(two, 'test', 'branch', { everywhere: undefined })
      await meet(stranger, 'elsewhere', 'main')
      const found = await connection.db
        .selectFrom('identities')
        .select(['key', 'person', 'everywhere'])
        .where('key', 'in', [one, two, stranger])
        .execute()
      const personOf = (key: string) => found.find((row) => row.key === key)!.person
      expect(found.map((row) => row.everywhere)).toEqual([everywhere, everywhere, everywhere])
      expect(personOf(two)).toBe(personOf(one))
      expect(personOf(stranger)).not.toBe(personOf(one))
    })
  })
