import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { id } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { HistoryPage } from '../../src/http/api-types.ts'
import { type House, openHouse } from '../support/api.ts'

const textOf = (message: HistoryPage['messages'][number]) =>
  message.content.map((item) => (item.type === 'text' ? item.text : `[${item.type}]`)).join(' ')
const cursor = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url')

describe('the history', () => {
  let house: House
  let ana: ReturnType<House['guest']>
  let ben: ReturnType<House['guest']>
  let tess: Awaited<ReturnType<House['signIn']>>
  let ofAna: ConversationId
  let ofBen: ConversationId
  let anaId: string
  let benId: string

  const read = async (caller: Pick<typeof ana, 'get'>, query = '') => (await caller.get<HistoryPage>(`/api/history?${query}`)).body
  const texts = async (caller: Pick<typeof ana, 'get'>, query = '') => (await read(caller, query)).messages.map(textOf)
  const personIn = async (conversation: string) =>
    (await house.db.selectFrom('participants').select('person').where('conversation', '=', conversation).executeTakeFirstOrThrow()).person

  beforeAll(async () => {
    house = await openHouse()
    ana = house.guest('Ana')
    ben = house.guest('Ben')
    tess = await house.signIn('Tess')
    for (let n = 1; n <= 4; n++) {
      ofAna = await ana.says(`ana ${n}`)
      ofBen = await ben.says(`ben ${n} secret`)
    }
    anaId = await personIn(ofAna)
    benId = await personIn(ofBen)
  })
  afterAll(() => house.close())

  test('asks who is there', async () => {
    expect(await house.anybody.get('/api/history')).toMatchObject({ status: 401, body: { error: { code: 'HUB_SIGN_IN_NEEDED' } } })
    const forged = `${ana.token.slice(0, -4)}AAAA`
    const reply = await house.app.inject({ url: '/api/history', headers: { authorization: `Bearer ${forged}` } })
    expect([reply.statusCode, reply.json().error.code]).toEqual([401, 'HUB_SIGN_IN_NEEDED'])
  })

  test('shows people their own messages, newest first', async () => {
    const page = await read(ana)
    expect(page.messages.map(textOf)).toEqual([4, 3, 2, 1].flatMap((n) => [`echo: ana ${n}`, `ana ${n}`]))
    expect(page.next).toBeNull()
    expect(page.messages[0]).toMatchObject({ conversation: ofAna, channel: 'web', sources: ['Virtual Agent'] })
    expect(page.messages[0]).not.toHaveProperty('delivery')
  })

  test('pages through everything without a gap or a double, also where many messages share a moment', async () => {
    const guest = house.guest('Cleo')
    const at = '2026-02-01T10:00:00.000Z'
    for (let n = 0; n < 9; n++) await house.says('web', guest.person, `same ${n}`, { at })
    const whole = (await read(guest, 'limit=100')).messages.map(({ id }) => id)
    expect(whole).toHaveLength(18)
    const paged: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const page: HistoryPage = await read(guest, `limit=4${next && `&before=${next}`}`)
      paged.push(...page.messages.map(({ id }) => id))
      next = page.next
    }
    expect(paged).toEqual(whole)
  })

  test('keeps its place at the microsecond, and between conversations of one person', async () => {
    const guest = house.guest('Dan')
    const conversations = [
      await guest.says('d0'),
      await house.says('telegram', 'dan', 'd1'),
      await house.says('telegram', 'dan', 'd2', { conversation: 'group' }),
    ]
    const person = await personIn(conversations[0]!)
    await house.db.updateTable('identities').set({ person }).where('key', '=', 'dan').execute()
    await house.db
      .insertInto('participants')
      .values(conversations.slice(1).map((conversation) => ({ conversation, person })))
      .execute()
    await sql`update messages set at = '2026-02-02T10:00:00.000100Z'::timestamptz + number * interval '1 microsecond' where conversation = any(${conversations}::uuid[])`.execute(
      house.db,
    )
    const whole = (await read(guest)).messages
    expect(new Set(whole.map(({ conversation }) => conversation)).size).toBe(3)
    const paged: string[] = []
    for (let next: string | null = ''; next !== null; ) {
      const page: HistoryPage = await read(guest, `limit=1${next && `&before=${next}`}`)
      paged.push(...page.messages.map(({ id }) => id))
      next = page.next
    }
    expect(paged).toEqual(whole.map(({ id }) => id))
  })

  describe('shows nobody anybody else’s', () => {
    test('not by the id of their conversation', async () => {
      expect(await read(ana, `conversation=${ofBen}`)).toEqual({ messages: [], next: null })
      expect(await texts(ana, `conversation=${ofAna}`)).toHaveLength(8)
    })

    test('not by naming the person, in any way', async () => {
      for (const person of [benId, ben.person])
        expect(await ana.get(`/api/history?person=${encodeURIComponent(person)}`)).toMatchObject({
          status: 403,
          body: { error: { code: 'HUB_NOT_ALLOWED' } },
        })
      expect((await ana.get(`/api/history?person=${benId}&person=${anaId}`)).status).toBe(400)
      for (const person of [anaId, ana.person]) expect(await texts(ana, `person=${encodeURIComponent(person)}`)).toHaveLength(8)
    })

    test('not by a cursor that was made up, or is somebody else’s', async () => {
      const { next } = await read(ben, 'limit=2')
      const made = [
        next!,
        cursor('9999-01-01T00:00:00.000000Z', ofBen, 2_147_483_647),
        cursor('9999-01-01T00:00:00.000000Z', 'ffffffff-ffff-4fff-bfff-ffffffffffff', 0),
        cursor('2026-03-02T09:00:05.000Z', ofBen, 3),
      ]
      for (const before of made)
        for (const more of ['', `&conversation=${ofBen}`, '&text=secret'])
          expect((await texts(ana, `before=${before}${more}`)).filter((text) => text.includes('ben'))).toEqual([])
    })

    test('not by words, with wildcards or without', async () => {
      for (const text of ['secret', 'ben', '%', '_', "' or true --", '\\'])
        expect((await texts(ana, `text=${encodeURIComponent(text)}`)).filter((said) => said.includes('ben'))).toEqual([])
    })

    test('not to somebody who has not said anything', async () => {
      const stranger = house.guest('Zoe')
      for (const query of ['', `conversation=${ofAna}`, `before=${cursor('9999-01-01T00:00:00Z', ofAna, 99)}`])
        expect(await read(stranger, query)).toEqual({ messages: [], next: null })
    })

    test('and not to a token of another account', async () => {
      const other = house.guests.issue({ account: 'elsewhere', person: ana.person })
      const reply = await house.app.inject({ url: '/api/history', headers: { authorization: `Bearer ${other.token}` } })
      expect(reply.statusCode).toBe(401)
    })

    test('nor after the token has expired', async () => {
      const { at } = house.clock
      house.clock.at = new Date(at.getTime() + 25 * 3_600_000)
      expect((await ana.get('/api/history')).status).toBe(401)
      house.clock.at = at
    })
  })

  test('refuses a cursor that is none, and says so', async () => {
    for (const before of ['x', cursor(1, 2, 3), cursor('2026-03-02T09:00:05.000Z', ofAna), cursor("2026-03-02' or true--", ofAna, 1)])
      expect(await ana.get(`/api/history?before=${before}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'HUB_BAD_REQUEST', field: 'before' } },
      })
  })

  test('refuses filters that are not what they should be', async () => {
    for (const [query, field] of [
      ['limit=101', 'limit'],
      ['limit=0', 'limit'],
      ['from=yesterday', 'from'],
      ['conversation=1', 'conversation'],
      [`text=${'x'.repeat(201)}`, 'text'],
    ])
      expect(await ana.get(`/api/history?${query}`)).toMatchObject({ status: 400, body: { error: { code: 'HUB_BAD_REQUEST', field } } })
    expect((await ana.get('/api/history?everything=1')).status).toBe(400)
  })

  test('finds words as they were typed: no wildcards, any case, also in names of files', async () => {
    const guest = house.guest('Flo')
    await guest.says('100% of_it C:\\temp')
    await house.says('web', guest.person, '', {
      content: [{ type: 'media', kind: 'file', file: { url: 'https://example.org/a', name: 'Invoice-2026.pdf' }, caption: 'the bill' }],
    })
    const found = async (text: string) =>
      (await texts(guest, `text=${encodeURIComponent(text)}`)).filter((said) => !said.startsWith('echo'))
    expect(await found('100%')).toEqual(['100% of_it C:\\temp'])
    expect(await found('OF_IT')).toEqual(['100% of_it C:\\temp'])
    expect(await found('c:\\TEMP')).toEqual(['100% of_it C:\\temp'])
    expect(await found('0_of')).toEqual([])
    expect(await found('1%t')).toEqual([])
    expect(await found('invoice-2026')).toEqual(['[media]'])
    expect(await found('type')).toEqual([])
    expect(await found('a\u0000b')).toEqual([])
  })

  test('filters by any of several sources, and finds an external message by its channel and by who answered', async () => {
    const conversation = await house.says('telegram', 'gus', 'hello')
    await house.says('telegram', 'gus', 'a technician please')
    await house.says('telegram', 'gus', 'still there?')
    const at = `conversation=${conversation}`
    expect(await texts(tess, `${at}&source=Telegram`)).toHaveLength(5)
    expect(await texts(tess, `${at}&source=Technician+Chat`)).toEqual(['still there?'])
    expect(await texts(tess, `${at}&source=Technician+Chat&source=Virtual+Agent`)).toHaveLength(5)
    expect(await texts(tess, `${at}&source=Slack`)).toEqual([])
  })

  test('filters by moments and by whole days', async () => {
    const guest = house.guest('Hana')
    for (const [text, at] of [
      ['first', '2026-01-30T23:59:59.999Z'],
      ['second', '2026-01-31T00:00:00.000Z'],
      ['third', '2026-01-31T23:59:59.999Z'],
      ['fourth', '2026-02-01T00:00:00.000Z'],
    ] as const)
      await house.says('web', guest.person, text, { at })
    const own = async (query: string) => (await texts(guest, query)).filter((text) => !text.startsWith('echo'))
    expect(await own('from=2026-01-31&to=2026-01-31')).toEqual(['third', 'second'])
    expect(await own('from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00%2B00:00')).toEqual(['third', 'second'])
    expect(await own('to=2026-01-30')).toEqual(['first'])
    expect(await own('from=2026-02-01')).toEqual(['fourth'])
  })

  test('shows people no notes and nothing of what was deleted; technicians see both', async () => {
    const conversation = await house.says('telegram', 'ivy', 'my password is hunter2')
    const from = { channel: 'telegram', account: id<never>('bot'), conversation: id<never>('ivy') }
    const { platform } = await house.db
      .selectFrom('messages')
      .select('platform')
      .where('conversation', '=', conversation)
      .where('number', '=', 1)
      .executeTakeFirstOrThrow()
    await house.hears({ kind: 'revision', id: id('edit:1'), at: '2026-03-02T10:00:00.000Z', from, message: id(platform!), content: null })
    await tess.post(`/api/desk/conversations/${conversation}/acts`, { key: 'k1', do: 'note', text: 'careful here' })
    const guest = house.guest('Ivy')
    await guest.says('hello')
    const person = await house.db.selectFrom('identities').select('person').where('key', '=', guest.person).executeTakeFirstOrThrow()
    await house.db.insertInto('participants').values({ conversation, person: person.person }).execute()
    const seen = (await read(guest, `conversation=${conversation}`)).messages
    expect(seen.map(textOf)).toEqual(['echo: my password is hunter2', ''])
    expect(seen[1]).toMatchObject({ deleted: true, content: [] })
    expect((await texts(guest, 'text=hunter2')).filter((text) => !text.startsWith('echo'))).toEqual([])
    expect(JSON.stringify(await read(guest, 'text=careful'))).not.toContain('careful')
    const whole = (await read(tess, `conversation=${conversation}`)).messages
    expect(whole.some((message) => message.note)).toBe(true)
    expect(whole.some((message) => message.deleted && textOf(message) === 'my password is hunter2')).toBe(true)
  })

  test('gives technicians anybody’s, one person or conversation at a time', async () => {
    expect(await texts(tess, `person=${benId}`)).toHaveLength(8)
    expect(await texts(tess, `conversation=${ofBen}`)).toHaveLength(8)
    expect(await texts(tess, `conversation=${ofBen}&person=${anaId}`)).toEqual([])
    expect(await tess.get('/api/history')).toMatchObject({ status: 400, body: { error: { field: 'person' } } })
    expect(await tess.get('/api/history?person=guest:1')).toMatchObject({ status: 400, body: { error: { field: 'person' } } })
    expect((await read(tess, `person=${benId}`)).messages[0]?.delivery).toEqual({ state: 'waiting' })
  })

  test('can be switched off for people', async () => {
    const closed = await openHouse({ chatConsole: { enabled: false } })
    expect(await closed.guest('Jo').get('/api/history')).toMatchObject({ status: 403, body: { error: { code: 'HUB_NOT_ALLOWED' } } })
    await closed.close()
  })

  describe('at size', () => {
    let heavy: ReturnType<House['guest']>
    let conversation: ConversationId
    beforeAll(async () => {
      heavy = house.guest('Kim')
      conversation = await heavy.says('needle in the hay')
      await sql`
        insert into messages (conversation, number, chat, author, content, at, sources)
        select ${conversation}::uuid, n, 1, 'virtual-agent', jsonb_build_array(jsonb_build_object('type', 'text', 'text', 'hay ' || n)), '2026-03-05T00:00:00Z'::timestamptz + n * interval '1 second', '{Virtual Agent}'
        from generate_series(10, 8000) n`.execute(house.db)
      await sql`
        insert into messages (conversation, number, chat, author, content, at, sources)
        select gen_random_uuid(), n, 1, 'virtual-agent', '[{"type":"text","text":"of others"}]', now(), '{Virtual Agent}' from generate_series(1, 20000) n`.execute(
        house.db,
      )
      await sql`analyze messages`.execute(house.db)
    })

    test('a page is read along its index, and takes no longer where there is more', async () => {
      const { rows } = await sql<{ 'QUERY PLAN': string }>`
        explain select m.conversation, m.at, m.number from messages m where m.conversation = ${conversation} and (m.at, m.number) < (now(), 5)
        order by m.at desc, m.number desc limit 51`.execute(house.db)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toContain('Index Scan Backward using messages_history')
      expect(plan).not.toMatch(/Seq Scan|^Sort/)
      const page = await read(heavy, 'limit=50')
      expect(page.messages).toHaveLength(50)
    })

    test('a search that finds nothing yet says where to go on, and gets to the end', async () => {
      const found: string[] = []
      let calls = 0
      for (let next: string | null = ''; next !== null; calls++) {
        const page: HistoryPage = await read(heavy, `text=needle&limit=10${next && `&before=${next}`}`)
        found.push(...page.messages.map(textOf))
        next = page.next
      }
      expect(found).toEqual(['echo: needle in the hay', 'needle in the hay'])
      expect(calls).toBe(2)
    })

    test('a filter fills its page over more than it looks through at once, without a gap', async () => {
      const found: number[] = []
      for (let next: string | null = ''; next !== null; ) {
        const page: HistoryPage = await read(heavy, `text=00&limit=30${next && `&before=${next}`}`)
        found.push(...page.messages.map(({ seq }) => seq))
        next = page.next
      }
      const expected = Array.from({ length: 7_991 }, (_, n) => 8_000 - n).filter((n) => `hay ${n}`.includes('00'))
      expect(found).toEqual(expected)
    })
  })
})
