import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccountId, PersonKey } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { Reader, RequestFilter } from '../../src/core/service-desk.ts'
import { identitiesOf } from '../../src/service-desk/audience.ts'
import { matching, theirs } from '../../src/service-desk/search.ts'
import type { Connection } from '../../src/store/connect.ts'
import { databases, dropPostgres, stage } from './stage.ts'

afterAll(dropPostgres)

const MANY = 10_000

for (const { kind, available, open } of databases)
  describe.runIf(available)(`with ${MANY} requests on ${kind}`, () => {
    let connection: Connection
    let on: Awaited<ReturnType<typeof stage>>
    beforeAll(async () => {
      connection = await open()
      on = await stage(connection)
      await fill(on.db)
    }, 300_000)
    afterAll(() => connection?.close())

    const identity = { channel: 'telegram', account: 'main' as AccountId, key: 'person-7' as PersonKey }
    const reader: Reader = { identity, email: 'person-7@example.com' }
    const now = '2026-11-22T12:00:00Z'
    const plan = async (query: RawBuilder<unknown>): Promise<string> => {
      const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (costs off) ${query}`.execute(on.db)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }

    test.each<[string, RawBuilder<unknown>, RegExp]>([
      ["a person's", theirs(reader, { open: false, limit: 20 }), /requests_identity[\s\S]*requests_email/],
      ["a person's open ones", theirs(reader, { open: true, limit: 20 }), /requests_identity[\s\S]*requests_email/],
      ["a guest's", theirs({ identity, email: null }, { open: true, limit: 20 }), /requests_identity/],
      ...(
        [
          [{}, /requests_pkey/],
          [{ before: 'INC-3000' }, /requests_pkey/],
          [{ text: 'zebra' }, /requests_words|requests_pkey/],
          [{ text: 'zebra 1007' }, /requests_words/],
          [{ text: 'INC-1500' }, /requests_pkey/],
          [{ requesterEmail: 'person-7@example.com' }, /requests_email/],
          [{ technician: 'tech-3' }, /requests_technician/],
          [{ team: 'team-2' }, /requests_team|requests_pkey/],
          [{ conversation: 'conversation-9' as ConversationId }, /request_links_conversation/],
          [{ status: ['waiting'] as const }, /requests_status|requests_pkey/],
          [{ overdue: true }, /requests_resolve|requests_status|requests_pkey/],
        ] as const satisfies readonly (readonly [Omit<RequestFilter, 'limit'>, RegExp])[]
      ).map(([filter, index]): [string, RawBuilder<unknown>, RegExp] => [
        JSON.stringify(filter),
        matching({ ...filter, limit: 50 }, 50, now),
        index,
      ]),
    ])('%s are found along an index', async (_, query, index) => {
      const said = await plan(query)
      expect(said).toMatch(index)
      expect(said).not.toContain('Seq Scan on requests')
    })

    test('whoever is known by an address is found along an index', async () => {
      await sql`with new as (insert into people (name) select 'p' || n from generate_series(1, 5000) n returning id)
        insert into identities (channel, account, key, person, email, email_vouched, proven_email)
        select 'line', 'main', id::text, id, id::text || '@example.com', true, id::text || '@example.org' from new`.execute(on.db)
      await sql`analyze identities`.execute(on.db)
      const said = await plan(identitiesOf('Somebody@example.com'))
      expect(said).toMatch(/identities_vouched[\s\S]*identities_proven/)
      expect(said).not.toContain('Seq Scan')
    })

    test('sweeping looks at those that are due alone', async () => {
      const late = sql`select number from requests where respond_by < ${now} and responded_at is null and not respond_missed
        and status not in ('resolved', 'closed', 'cancelled', 'rejected') order by respond_by limit 50`
      expect(await plan(late)).toContain('requests_respond')
      const resolved = sql`select number from requests where status = 'resolved' and resolved_at < ${now} order by resolved_at limit 50`
      expect(await plan(resolved)).toContain('requests_resolved')
      const pending = sql`select id from approvals a where a.state = 'pending' and a.approvers @> array['lead-3@example.com']::text[]`
      expect(await plan(pending)).toMatch(/approvals_pending/)
    })

    test('lists stay as short as they are asked for', async () => {
      expect(await on.desk.requestsOf(reader, { open: false, limit: 5 })).toHaveLength(5)
      expect(await on.desk.requestsOf(reader, { open: false, limit: 1_000_000 })).toHaveLength(100)
      expect((await on.book.search({ limit: 1_000_000 })).requests).toHaveLength(200)
      expect(await on.desk.similar(reader, 'zebra number seven', 3)).toHaveLength(3)
      expect(await on.book.eventsAfter(0, 1_000_000)).toHaveLength(0)
    })
  })

/** Half of them over; a hundred people, ten technicians, some hundred of them about zebras. */
const fill = async (db: Awaited<ReturnType<typeof stage>>['db']): Promise<void> => {
  await sql`
    insert into requests (type, status, priority, subject, description, source, requester_channel, requester_account, requester_key, requester_email,
      technician_id, team, opened_at, changed_at, responded_at, resolved_at, clock_from, respond_by, resolve_by)
    select 'incident', (array['open', 'in-progress', 'resolved', 'closed', 'closed', 'closed', 'closed', 'closed', 'waiting', 'closed'])[1 + n / 7 % 10], 'low',
      case when n % 100 = 7 then 'Zebra number ' || n else 'Printer ' || n || ' jams' end, 'It happened on floor ' || n % 40, 'Test',
      'telegram', 'main', 'person-' || n % 100, 'person-' || n % 100 || '@example.com', 'tech-' || n % 50, 'team-' || n % 9,
      at, at, case when n % 3 > 0 then at end, case when n / 7 % 10 > 1 then at end, at, at + interval '1 day', at + interval '5 days'
    from (select n, timestamptz '2026-11-22T00:00:00Z' - (${MANY} - n) * interval '10 minutes' as at from generate_series(1, ${MANY}::int) n) as given`.execute(
    db,
  )
  await sql`insert into request_links (request, conversation, at) select number, 'conversation-' || number % 500, opened_at from requests`.execute(
    db,
  )
  await sql`
    insert into approvals (request, step, title, approvers, quorum, state, asked_at)
    select number, 0, 'Lead', array['lead-' || number % 200 || '@example.com'], 1, case when number % 10 = 3 then 'pending' else 'approved' end, opened_at
    from requests`.execute(db)
  await sql`analyze requests, request_links, approvals`.execute(db)
}
