import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccountId, EventId, Failure } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { Store } from '../../src/pipeline/ports.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate, outstanding } from '../../src/store/migrate.ts'
import { typed } from '../support/events.ts'
import { postgresUrl } from '../support/services.ts'
import { partRow, sent, turnOf } from './store-turns.ts'

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())

const kinds = [
  { kind: 'PGlite', available: true, open: () => connect({}) },
  { kind: 'Postgres', available: postgres !== undefined, open: () => connect({ databaseUrl: postgres!.url }) },
] as const

for (const { kind, available, open } of kinds)
  describe.runIf(available)(`the store on ${kind}`, () => {
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

    const say = async (person: string, text = 'hi'): Promise<ConversationId> => {
      const [filed] = await store.file([{ event: typed(person, text), files: false }])
      return filed!.conversation
    }
    const take = async (conversation: ConversationId, reply: string | null = 'hello', parts = 1, by: Store = store) => {
      const [pending] = await by.pending([conversation])
      const [committed] = await by.commit([turnOf(pending!, reply, parts)])
      return committed
    }
    test('runs every migration once and says that none is outstanding', async () => {
      expect(await migrate(connection)).toEqual([])
      expect(await outstanding(connection.db)).toEqual([])
    })

    test('files an event once, however often and in whatever company it comes', async () => {
      const event = typed(newcomer(), 'once')
      const filing = { event, files: false }
      const filed = (await Promise.all(Array.from({ length: 5 }, () => store.file([filing, filing])))).flat()
      expect(filed).toHaveLength(1)
      const [pending] = await store.pending([filed[0]!.conversation])
      expect(pending!.entries).toHaveLength(1)
    })

    test('opens one conversation for an address, also when two processes file at once', async () => {
      const person = newcomer()
      const filed = (
        await Promise.all([store, other, store, other].map((by) => by.file([{ event: typed(person, 'x'), files: false }])))
      ).flat()
      expect(filed).toHaveLength(4)
      expect(new Set(filed.map((one) => one.conversation)).size).toBe(1)
    })

    test('files a batch of fifty events of ten people in the order given', async () => {
      const people = Array.from({ length: 10 }, newcomer)
      const events = Array.from({ length: 50 }, (_, index) => typed(people[index % 10]!, `number ${index}`))
      const filed = await store.file(events.map((event) => ({ event, files: false })))
      expect(filed).toHaveLength(50)
      const pendings = await store.pending([...new Set(filed.map((one) => one.conversation))])
      expect(pendings).toHaveLength(10)
      for (const { entries } of pendings) {
        const texts = entries.map(({ happening }) =>
          happening.kind === 'heard' && happening.event.kind === 'message' ? happening.event.content : [],
        )
        const numbers = texts.map(([content]) => (content?.type === 'text' ? Number(content.text.split(' ')[1]) : Number.NaN))
        expect(numbers).toEqual(numbers.toSorted((one, two) => one - two))
        expect(numbers).toHaveLength(5)
      }
    })

    test('tells the turn of what was filed where nothing else was waiting, as reading it would', async () => {
      const person = newcomer()
      const [first] = await store.file([{ event: typed(person, 'first'), files: false }])
      expect(first!.alone).toBeUndefined()
      await take(first!.conversation)
      const events = ['second', 'ünd “third”'].map((text) => typed(person, text))
      const filed = await store.file(events.map((event) => ({ event, files: false })))
      const [read] = await store.pending([first!.conversation])
      expect(filed.map(({ alone }) => alone?.entry)).toEqual(read!.entries)
      expect(filed.map(({ alone }) => alone?.conversation)).toEqual([read!.conversation, read!.conversation])
      const [behind] = await store.file([{ event: typed(person, 'fourth'), files: false }])
      expect(behind!.alone).toBeUndefined()
      await take(first!.conversation)
      const [escaped] = await store.file([{ event: typed(person, 'half a \ud800 pair'), files: false }])
      expect(escaped!.alone).toBeUndefined()
    })

    test('a receipt for somebody we never met opens nothing', async () => {
      const { from, at } = typed(newcomer(), '')
      const filed = await store.file([
        { event: { kind: 'receipt', id: 'r' as EventId, at, from, of: { upTo: at }, status: 'read' }, files: false },
      ])
      expect(filed).toEqual([])
    })

    test('of two turns from one version only the first is written, and nothing of the second', async () => {
      const conversation = await say(newcomer())
      const [mine] = await store.pending([conversation])
      const [theirs] = await other.pending([conversation])
      expect(await store.commit([turnOf(mine!, 'mine')])).toHaveLength(1)
      expect(await other.commit([turnOf(theirs!, 'theirs')])).toEqual([])
      const messages = await connection.db
        .selectFrom('messages')
        .selectAll()
        .where('conversation', '=', conversation)
        .orderBy('number')
        .execute()
      expect(messages.map((message) => message.content)).toEqual([[{ type: 'text', text: 'hi' }], [{ type: 'text', text: 'mine' }]])
      expect(await store.pending([conversation])).toEqual([])
    })

    test('many conversations are written together, and one that was overtaken does not hold up the others', async () => {
      const conversations = await Promise.all(Array.from({ length: 20 }, () => say(newcomer())))
      const pendings = await store.pending(conversations)
      await take(conversations[3]!)
      const committed = await store.commit(pendings.map((pending) => turnOf(pending, 'x')))
      expect(new Set(committed.map((one) => one.conversation))).toEqual(new Set(conversations.filter((one) => one !== conversations[3])))
    })

    test('the first part is begun with its turn; the next one only when the first has its receipt', async () => {
      const conversation = await say(newcomer())
      const committed = await take(conversation, 'long', 3)
      expect(committed!.begun).toMatchObject({ number: 1, attempt: 1, unresolved: false, payload: { part: 1 } })
      expect(await other.claim([conversation])).toEqual([])
      const [second] = await store.record([sent(conversation, 1)])
      expect(second).toMatchObject({ number: 2, payload: { part: 2 } })
      const [third] = await store.record([sent(conversation, 2)])
      expect(third).toMatchObject({ number: 3 })
      expect(await store.record([sent(conversation, 3)])).toEqual([])
      expect(await partRow(connection, conversation, 3)).toMatchObject({ state: 'sent', platform: ['p3'], payload: null, twice: false })
    })

    test('a later turn waits behind what is still on its way', async () => {
      const person = newcomer()
      const conversation = await say(person)
      await take(conversation)
      await say(person, 'more')
      expect(await take(conversation)).toMatchObject({ begun: null, owed: true })
      const [next] = await store.record([sent(conversation, 1)])
      expect(next).toMatchObject({ number: 2 })
    })

    test('an answer changes the one before it of the same key, also where that is written down only in the same moment', async () => {
      const person = newcomer()
      const conversation = await say(person)
      for (const reply of ['asked', 'approved', 'approved by all']) {
        const [pending] = await store.pending([conversation])
        await store.commit([turnOf(pending!, reply, 1, true, 'card')])
        await say(person, 'more')
      }
      expect(await store.claim([conversation])).toMatchObject([{ number: 1, revises: null }])
      expect(await store.record([sent(conversation, 1)])).toMatchObject([{ number: 2, revises: 'p1' }])
      expect(await store.record([sent(conversation, 2)])).toMatchObject([{ number: 3, revises: 'p2' }])
    })

    test('a part whose process died is taken over after its lease, marked, and the dead one writes nothing any more', async () => {
      const conversation = await say(newcomer())
      await take(conversation)
      await sql`update parts set due_at = now() - interval '1 second' where conversation = ${conversation}`.execute(connection.db)
      const [taken] = await other.claim([conversation])
      expect(taken).toMatchObject({ number: 1, attempt: 2, unresolved: true, twice: false })
      await store.record([sent(conversation, 1, 1)])
      expect(await partRow(connection, conversation, 1)).toMatchObject({ state: 'begun', owner: 'two', twice: true })
      await other.record([{ ...(sent(conversation, 1, 2) as object), twice: true } as never])
      expect(await partRow(connection, conversation, 1)).toMatchObject({ state: 'sent', twice: true })
    })

    test('renewing keeps a part that is really being sent, and lets go of one whose beginning this process never heard of', async () => {
      const [held, unheard] = [await say(newcomer()), await say(newcomer())]
      for (const conversation of [held, unheard]) {
        await take(conversation)
        await sql`update parts set due_at = now() - interval '1 second' where conversation = ${conversation}`.execute(connection.db)
      }
      await store.renew([held])
      expect(await other.claim([held])).toEqual([])
      expect(await store.claim([held])).toEqual([])
      expect(await store.claim([unheard])).toMatchObject([{ number: 1, attempt: 2, unresolved: false, twice: false }])
      expect(await partRow(connection, unheard, 1)).toMatchObject({ state: 'begun', owner: 'one', twice: false })
    })

    test('of two processes that claim at once, one gets the part', async () => {
      const conversation = await say(newcomer())
      const [pending] = await store.pending([conversation])
      await store.commit([turnOf(pending!, 'x', 1, false)])
      const claims = await Promise.all([store.claim([conversation]), other.claim([conversation])])
      expect(claims.flat()).toHaveLength(1)
    })

    test('a part that must wait is not claimed before its time, and does not let the next one pass', async () => {
      const conversation = await say(newcomer())
      await take(conversation, 'long', 2)
      const failure: Failure = { kind: 'transient', code: '500' }
      const later = { ...(sent(conversation, 1) as object), state: 'due', dueInMs: 60_000, platform: null, failure }
      expect(await store.record([later as never])).toEqual([])
      expect(await store.claim([conversation])).toEqual([])
      expect(await partRow(connection, conversation, 1)).toMatchObject({ state: 'due', attempt: 1, failure })
    })

    test('nothing leaves through a paused account, and everything goes on when it is green again', async () => {
      const conversation = await say(newcomer())
      const [pending] = await store.pending([conversation])
      await store.commit([turnOf(pending!, 'x', 1, false)])
      await store.pauseAccount('test', 'main' as AccountId, { kind: 'unauthorized', code: '401' })
      expect(await store.claim([conversation])).toEqual([])
      expect(await store.noteCheck('test', 'main' as AccountId, { ok: false, detail: 'still' })).toEqual([])
      expect(await store.noteCheck('test', 'main' as AccountId, { ok: true, detail: 'fine' })).toContain(conversation)
      expect(await store.claim([conversation])).toHaveLength(1)
    })

    test('what listening says stays on the account’s page through a check', async () => {
      await store.noteListening('test', 'listener' as AccountId, { state: 'connecting', pairingCode: 'ABCD-1234' })
      await store.noteCheck('test', 'listener' as AccountId, { ok: true, detail: 'fine', facts: { number: 7 } })
      const row = await connection.db.selectFrom('accounts').select('facts').where('account', '=', 'listener').executeTakeFirstOrThrow()
      expect(row.facts).toEqual({ number: 7, listening: { state: 'connecting', pairingCode: 'ABCD-1234' } })
    })

    test('a throttled account rests and holds up no other', async () => {
      const conversation = await say(newcomer())
      const [pending] = await store.pending([conversation])
      await store.commit([turnOf(pending!, 'x', 1, false)])
      await store.throttleAccount('test', 'main' as AccountId, 60_000, 0)
      await store.throttleAccount('test', 'else' as AccountId, 60_000, 0)
      expect(await store.claim([conversation])).toEqual([])
      await sql`update accounts set throttled_until = null where account = 'main'`.execute(connection.db)
      expect(await store.claim([conversation])).toHaveLength(1)
    })

    test('an entry whose files are still fetched holds back what was said after it', async () => {
      const person = newcomer()
      const photo = typed(person, '', { content: [{ type: 'media', kind: 'image', file: { ref: 'x' } }] })
      const [first] = await store.file([{ event: photo, files: true }])
      await say(person, 'what is this?')
      expect(await store.pending([first!.conversation])).toEqual([])
      const [entry] = await store.unfetched([first!.seq])
      await store.fetched(first!.seq, entry!.happening)
      const [pending] = await store.pending([first!.conversation])
      expect(pending!.entries).toHaveLength(2)
    })

    test('an album waits for a second of quiet and is taken whole', async () => {
      const person = newcomer()
      const row = () => ({ event: typed(person, 'row', { album: 'a' }), files: false })
      const [first] = await store.file([row()])
      await store.file([row()])
      expect(await store.pending([first!.conversation])).toEqual([])
      await new Promise((resolve) => setTimeout(resolve, 1_150))
      const [pending] = await store.pending([first!.conversation])
      expect(pending!.entries).toHaveLength(2)
    })

    test('a technician’s act counts once under its key and tells its outcome', async () => {
      const conversation = await say(newcomer())
      const act = {
        kind: 'technician',
        technician: 'tess' as never,
        name: 'Tess',
        act: { do: 'accept' },
        at: new Date().toISOString(),
      } as const
      const seq = await store.fileFor(conversation, 'click-1', act)
      expect(await store.fileFor(conversation, 'click-1', act)).toBeNull()
      expect(await store.outcome(seq!)).toBeNull()
      await take(conversation, null)
      expect(await store.outcome(seq!)).toEqual({ ok: false, reason: 'HUB_NOT_WAITING' })
    })

    test('forgotten finds what a dead process left, once for all processes', async () => {
      const conversation = await say(newcomer())
      await sql`update inbox set due_at = now() - interval '1 second' where conversation = ${conversation}`.execute(connection.db)
      const found = await Promise.all([store.forgotten(500), other.forgotten(500)])
      expect(found.filter(({ turns }) => turns.includes(conversation))).toHaveLength(1)
    })

    test('reactions come and go by person, and one taken away without its name takes all of that person’s', async () => {
      const person = newcomer()
      const event = typed(person, 'nice')
      const [filed] = await store.file([{ event, files: false }])
      const conversation = filed!.conversation
      await take(conversation)
      let presses = 0
      const react = async (who: string, emoji: string, on: boolean) => {
        const { from, at, message } = event
        const id = `reaction:${person}:${++presses}` as EventId
        await store.file([{ event: { kind: 'reaction', id, at, from, message, person: { key: who as never }, emoji, on }, files: false }])
        await take(conversation, null)
        const row = await connection.db
          .selectFrom('messages')
          .select('reactions')
          .where('conversation', '=', conversation)
          .orderBy('number')
          .executeTakeFirstOrThrow()
        return row.reactions
      }
      expect(await react('ada', '👍', true)).toEqual({ '👍': ['ada'] })
      expect(await react('ada', '👍', true)).toEqual({ '👍': ['ada'] })
      expect(await react('ben', '👍', true)).toEqual({ '👍': ['ada', 'ben'] })
      expect(await react('ada', '🎉', true)).toEqual({ '👍': ['ada', 'ben'], '🎉': ['ada'] })
      expect(await react('ben', '👍', false)).toEqual({ '👍': ['ada'], '🎉': ['ada'] })
      expect(await react('ada', '', false)).toEqual({})
    })

    test('a turn that can not be taken is set aside after three tries, and the conversation goes on', async () => {
      const conversation = await say(newcomer())
      for (let tries = 0; tries < 3; tries++) {
        const [pending] = await store.pending([conversation])
        await store.spoil(pending!.entries, 'boom')
      }
      expect(await store.pending([conversation])).toEqual([])
      const row = await connection.db.selectFrom('inbox').selectAll().where('conversation', '=', conversation).executeTakeFirstOrThrow()
      expect(row).toMatchObject({ failure: 'boom' })
    })

    test('texts come back as they were typed', async () => {
      const texts = [
        '👩‍👩‍👧‍👦'.repeat(200),
        '\u202eabc\u200b\u200d',
        `'; drop table inbox; --`,
        '{"a":"\\"}',
        '*_~`[x](y)<b>&',
        'ש\u05C1לום مرحبا',
        'x'.repeat(100_000),
      ]
      for (const text of texts) {
        const conversation = await say(newcomer(), text)
        await take(conversation, text)
        const messages = await connection.db
          .selectFrom('messages')
          .select('content')
          .where('conversation', '=', conversation)
          .orderBy('number')
          .execute()
        expect(messages.map((message) => message.content)).toEqual([[{ type: 'text', text }], [{ type: 'text', text }]])
      }
    })

    test('one lease has one holder until it runs out', async () => {
      expect(await store.lease('listen.x', 60)).toBe(true)
      expect(await store.lease('listen.x', 60)).toBe(true)
      expect(await other.lease('listen.x', 60)).toBe(false)
      await store.release('listen.x')
      expect(await other.lease('listen.x', 60)).toBe(true)
    })

    test('a query from outside waits for an open transaction instead of slipping into it', async () => {
      let outside: Promise<unknown> | undefined
      await connection.db.transaction().execute(async (transaction) => {
        await sql`insert into leases values ('inside', 'me', now())`.execute(transaction)
        outside = sql`select 1 from leases where name = 'inside'`.execute(connection.db).then(({ rows }) => rows.length)
        await new Promise((resolve) => setTimeout(resolve, 50))
        await sql`delete from leases where name = 'inside'`.execute(transaction)
      })
      expect(await outside).toBe(0)
    })
  })
