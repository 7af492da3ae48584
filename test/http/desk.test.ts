import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { id } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { ActAnswer, ConversationView, DeskView, UploadedFile } from '../../src/http/api-types.ts'
import { type House, openHouse } from '../support/api.ts'

let house: House
let tess: Awaited<ReturnType<House['signIn']>>
let theo: Awaited<ReturnType<House['signIn']>>
beforeAll(async () => {
  house = await openHouse()
  tess = await house.signIn('Tess')
  theo = await house.signIn('Theo')
})
afterAll(() => house.close())

let people = 0
/** Somebody who asks for a technician on a channel of ours. */
const waits = async (key = `person${++people}`) => ({ key, conversation: await house.says('telegram', key, 'a technician please') })
const act = (who: typeof tess, conversation: string, body: object, key = `key${++people}`) =>
  who.post<ActAnswer>(`/api/desk/conversations/${conversation}/acts`, { key, ...body })
const refused = (who: typeof tess, conversation: string, body: object) =>
  who.post(`/api/desk/conversations/${conversation}/acts`, { key: `key${++people}`, ...body })
const open = async (conversation: string, query = '') =>
  (await tess.get<ConversationView>(`/api/desk/conversations/${conversation}${query}`)).body

describe('the Desk', () => {
  test('is for technicians who have signed in, every route of it', async () => {
    const { conversation } = await waits()
    for (const url of [
      '/api/desk',
      `/api/desk/conversations/${conversation}`,
      `/api/desk/conversations/${conversation}/messages/1/journey`,
    ])
      expect(await house.anybody.get(url)).toMatchObject({ status: 401, body: { error: { code: 'HUB_SIGN_IN_NEEDED' } } })
    const guest = house.guest('Guest')
    for (const url of [
      '/api/desk/presence',
      `/api/desk/conversations/${conversation}/acts`,
      `/api/desk/conversations/${conversation}/typing`,
    ])
      expect((await guest.post(url, {})).status).not.toBe(200)
    expect((await guest.get('/api/desk')).status).toBe(401)
    expect((await guest.upload('/api/desk/files?name=a.txt', 'a')).status).toBe(401)
  })

  test('takes nothing from a page of another site', async () => {
    const { conversation } = await waits()
    const signedIn = await house.app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      payload: { email: 'tess@desk.example', password: 'right horse battery' },
    })
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!
    const reply = await house.app.inject({
      method: 'POST',
      url: `/api/desk/conversations/${conversation}/acts`,
      headers: { cookie, origin: 'https://evil.example' },
      payload: { key: 'x', do: 'accept' },
    })
    expect([reply.statusCode, reply.json().error.code]).toEqual([403, 'HUB_CROSS_ORIGIN'])
  })

  test('lists who waits longest first with their places, mine, and those of others', async () => {
    const fresh = await openHouse()
    const [one, two] = [await fresh.signIn('One'), await fresh.signIn('Two')]
    const [a, b, c, d] = [
      await fresh.says('telegram', 'a', 'a technician please'),
      await fresh.says('telegram', 'b', 'a technician please'),
      await fresh.says('telegram', 'c', 'a technician please', { name: 'Cleo' }),
      await fresh.says('telegram', 'd', 'just asking'),
    ]
    await one.post(`/api/desk/conversations/${a}/acts`, { key: '1', do: 'accept' })
    await one.post('/api/desk/presence', { presence: 'available' })
    const desk = (await one.get<DeskView>('/api/desk')).body
    expect(desk.me).toMatchObject({ name: 'One', role: 'technician', presence: 'available' })
    expect(desk.waiting.map(({ id, owner }) => [id, owner])).toEqual([
      [b, expect.objectContaining({ by: 'queue', place: 1, waiting: 2, technicians: 1 })],
      [c, expect.objectContaining({ by: 'queue', place: 2, waiting: 2, technicians: 1 })],
    ])
    expect(desk.waiting[1]).toMatchObject({
      channel: 'telegram',
      channelTitle: 'Telegram',
      account: 'bot',
      person: { name: 'Cleo', trust: 'guest' },
      summary: 'asked for a technician',
      lastMessage: { text: 'echo: a technician please', by: 'Virtual agent' },
      unanswered: true,
      reach: 'reachable',
    })
    expect(desk.mine.map(({ id }) => id)).toEqual([a])
    expect(desk.others.map(({ id }) => id)).toEqual([d])
    const other = (await two.get<DeskView>('/api/desk')).body
    expect(other.mine).toEqual([])
    expect(new Set(other.others.map(({ id }) => id))).toEqual(new Set([a, d]))
    await fresh.close()
  })

  test('keeps notes out of what the list shows', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'note', text: 'internal only' })
    expect((await open(conversation)).conversation.lastMessage?.text).toBe('echo: a technician please')
  })

  test('sets presence, and refuses one that is none', async () => {
    expect((await tess.post('/api/desk/presence', { presence: 'busy' })).status).toBe(200)
    expect(await tess.post('/api/desk/presence', { presence: 'asleep' })).toMatchObject({
      status: 400,
      body: { error: { field: 'presence' } },
    })
    expect((await tess.get<DeskView>('/api/desk')).body.me.presence).toBe('busy')
  })
})

describe('acts', () => {
  test('accept, say, note and close: each shows in the conversation', async () => {
    const { conversation } = await waits()
    const accepted = await act(tess, conversation, { do: 'accept' })
    expect(accepted).toMatchObject({ status: 200, body: { ok: true, conversation: { owner: { by: 'technician', name: 'Tess' } } } })
    await act(tess, conversation, { do: 'say', text: 'Hello **there**' })
    await act(tess, conversation, { do: 'note', text: 'sounds urgent' })
    const { messages } = await open(conversation)
    expect(messages.slice(-3)).toMatchObject([
      { author: { by: 'hub' }, sources: ['Telegram', 'Technician Chat'] },
      {
        author: { by: 'technician', name: 'Tess' },
        content: [{ type: 'text', text: 'Hello **there**', format: 'markdown' }],
        delivery: { state: 'waiting' },
      },
      { author: { by: 'technician' }, note: true },
    ])
    expect(messages.at(-1)).not.toHaveProperty('delivery')
    expect((await act(tess, conversation, { do: 'close' })).body.conversation.owner).toEqual({ by: 'nobody' })
  })

  test('happen once, however often they are sent', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' })
    for (let n = 0; n < 3; n++) expect((await act(tess, conversation, { do: 'say', text: 'once' }, 'same')).status).toBe(200)
    expect(
      (await open(conversation)).messages.filter(({ content }) => content.some((item) => item.type === 'text' && item.text === 'once')),
    ).toHaveLength(1)
  })

  test('with the key of a colleague are not taken for theirs', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' }, 'shared')
    expect((await act(theo, conversation, { do: 'note', text: 'mine' }, 'shared')).status).toBe(200)
    expect((await open(conversation)).messages.at(-1)).toMatchObject({ note: true, author: { name: 'Theo' } })
  })

  test('are refused by name where somebody was faster or has the word', async () => {
    const { conversation } = await waits()
    const idle = await house.says('telegram', `idle${++people}`, 'hello')
    await act(tess, conversation, { do: 'accept' })
    const expected = [
      [theo, conversation, { do: 'accept' }, 'HUB_ALREADY_TAKEN'],
      [theo, conversation, { do: 'say', text: 'hi' }, 'HUB_NOT_YOURS'],
      [theo, conversation, { do: 'close' }, 'HUB_NOT_YOURS'],
      [theo, idle, { do: 'accept' }, 'HUB_NOT_WAITING'],
    ] as const
    for (const [who, at, body, code] of expected)
      expect(await refused(who, at, body)).toMatchObject({ status: 409, body: { error: { code } } })
    expect((await open(conversation)).messages.some(({ author }) => author.name === 'Theo')).toBe(false)
    await act(tess, conversation, { do: 'close' })
    expect(await refused(tess, conversation, { do: 'say', text: 'too late' })).toMatchObject({
      status: 409,
      body: { error: { code: 'HUB_CHAT_CLOSED' } },
    })
  })

  test('say that a person who blocked us cannot be reached', async () => {
    const { conversation, key } = await waits()
    await act(tess, conversation, { do: 'accept' })
    const from = { channel: 'telegram', account: id<never>('bot'), conversation: id<never>(key) }
    await house.hears({
      kind: 'contact',
      id: id(`blocked:${key}`),
      at: house.clock.at.toISOString(),
      from,
      person: { key: id(key) },
      change: 'blocked',
    })
    expect((await open(conversation)).conversation.reach).toBe('blocked')
    expect(await refused(tess, conversation, { do: 'say', text: 'hi' })).toMatchObject({
      status: 409,
      body: { error: { code: 'HUB_UNREACHABLE' } },
    })
  })

  test('of two technicians who accept at once, one gets the conversation', async () => {
    const { conversation } = await waits()
    const [first, second] = await Promise.all([act(tess, conversation, { do: 'accept' }), act(theo, conversation, { do: 'accept' })])
    expect([first.status, second.status].toSorted()).toEqual([200, 409])
  })

  test('take over, return and transfer hand the word on', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' })
    expect((await act(theo, conversation, { do: 'take-over' })).body.conversation.owner).toEqual({ by: 'technician', name: 'Theo' })
    const passed = await act(theo, conversation, { do: 'transfer', to: { skill: 'network' }, note: 'a router' })
    expect(passed.body.conversation.owner).toMatchObject({ by: 'queue', skill: 'network', place: 1, waiting: 1 })
    expect(passed.body.conversation.summary).toBe('a router')
    await act(tess, conversation, { do: 'accept' })
    expect((await act(tess, conversation, { do: 'return' })).body.conversation.owner).toEqual({ by: 'virtual-agent' })
  })

  test('that are not done in time say that they are filed and will be', async () => {
    const { conversation } = await waits()
    house.isLate(true)
    const reply = await act(tess, conversation, { do: 'accept' })
    house.isLate(false)
    expect(reply).toMatchObject({
      status: 202,
      body: { ok: true, pending: true, hint: expect.stringContaining('will happen'), conversation: { owner: { by: 'queue' } } },
    })
    await house.turn(conversation)
    expect((await open(conversation)).conversation.owner).toEqual({ by: 'technician', name: 'Tess' })
  })

  test.each([
    [{ do: 'dance' }, 'do'],
    [{ do: 'say', text: ' ' }, 'text'],
    [{ do: 'say', text: 'x'.repeat(20_001) }, 'text'],
    [{ do: 'say', text: 'a', files: ['../etc'] }, 'files.0'],
    [{ do: 'say', text: 'a', choices: [{ value: 'a' }] }, 'choices.0.label'],
    [{ do: 'note' }, 'text'],
    [{ do: 'transfer', to: { skill: 'Net Work' } }, 'to.skill'],
    [{ do: 'accept', key: 'a b' }, 'key'],
  ])('that make no sense are refused, naming the field: %j', async (body, field) => {
    const { conversation } = await waits()
    expect(await refused(tess, conversation, body)).toMatchObject({ status: 400, body: { error: { code: 'HUB_BAD_REQUEST', field } } })
    expect((await open(conversation)).conversation.owner.by).toBe('queue')
  })

  test('in a conversation that is not there are refused', async () => {
    expect((await refused(tess, '00000000-0000-4000-8000-000000000000', { do: 'accept' })).body.error.code).toBe('HUB_NOT_FOUND')
    expect((await refused(tess, 'somewhere', { do: 'accept' })).status).toBe(400)
    expect((await tess.get('/api/desk/conversations/00000000-0000-4000-8000-000000000000')).status).toBe(404)
  })

  test('carry files of one’s own, and pass on nobody else’s', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' })
    const { body: file } = await tess.upload<UploadedFile>('/api/desk/files?name=guide.txt', 'turn it off')
    const { body: theirs } = await theo.upload<UploadedFile>('/api/desk/files?name=private.txt', 'mine')
    await act(tess, conversation, { do: 'say', text: 'see this', files: [file.id] })
    expect((await open(conversation)).messages.at(-1)?.content).toMatchObject([
      { type: 'text', text: 'see this' },
      { type: 'media', kind: 'file', file: { id: file.id, name: 'guide.txt', bytes: 11, link: expect.stringContaining('/files/') } },
    ])
    expect((await house.files.find([file.id]))[0]?.conversation).toBe(conversation)
    for (const other of [theirs.id, '00000000-0000-4000-8000-000000000000'])
      expect(await refused(tess, conversation, { do: 'say', text: 'see', files: [other] })).toMatchObject({
        status: 400,
        body: { error: { field: 'files.0' } },
      })
  })

  test('offer choices as the last thing that is said', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' })
    await act(tess, conversation, { do: 'say', text: 'Which one?', choices: [{ value: 'a', label: 'This' }] })
    expect((await open(conversation)).messages.at(-1)?.content).toEqual([
      { type: 'choices', text: 'Which one?', choices: [{ value: 'a', label: 'This' }] },
    ])
  })

  test('keep NUL and half characters from the database', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' })
    expect((await act(tess, conversation, { do: 'say', text: 'a\0b\ud800c' })).status).toBe(200)
    expect((await open(conversation)).messages.at(-1)?.content[0]).toMatchObject({ text: 'a\ufffdb\ufffdc' })
  })

  test('are written down, without the words', async () => {
    const { conversation } = await waits()
    await act(tess, conversation, { do: 'accept' })
    await act(tess, conversation, { do: 'say', text: 'the password is hunter2' })
    await refused(theo, conversation, { do: 'accept' })
    const rows = await house.db
      .selectFrom('audit')
      .select(['who', 'what', 'detail'])
      .where('about', '=', conversation)
      .orderBy('id')
      .execute()
    expect(rows).toMatchObject([
      { who: tess.id, what: 'conversation.accept', detail: { result: 'done' } },
      { who: tess.id, what: 'conversation.say', detail: { result: 'done', letters: 23 } },
      { who: theo.id, what: 'conversation.accept', detail: { result: 'HUB_ALREADY_TAKEN' } },
    ])
    expect(JSON.stringify(rows)).not.toContain('hunter2')
  })
})

describe('a conversation', () => {
  test('comes in pages of a hundred, newest page first, each page in order', async () => {
    const key = `talker${++people}`
    let conversation = '' as ConversationId
    for (let n = 0; n < 55; n++) conversation = await house.says('telegram', key, `line ${n}`)
    const newest = await open(conversation)
    expect([newest.messages.length, newest.messages[0]?.seq, newest.messages.at(-1)?.seq, newest.more]).toEqual([100, 11, 110, true])
    const older = await open(conversation, '?before=11')
    expect([older.messages.map(({ seq }) => seq), older.more]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false])
    expect((await tess.get(`/api/desk/conversations/${conversation}?before=x`)).status).toBe(400)
  })

  test('shows the typing of whoever has the word, and of nobody else', async () => {
    const { conversation, key } = await waits()
    await act(tess, conversation, { do: 'accept' })
    expect((await tess.post(`/api/desk/conversations/${conversation}/typing`, {})).status).toBe(200)
    expect((await theo.post(`/api/desk/conversations/${conversation}/typing`, {})).body.error.code).toBe('HUB_NOT_YOURS')
    expect(house.typed.filter((at) => at === key)).toHaveLength(1)
  })

  test('shows edits and counted reactions', async () => {
    const key = `editor${++people}`
    const conversation = await house.says('telegram', key, 'tpyo')
    const { platform } = await house.db
      .selectFrom('messages')
      .select('platform')
      .where('conversation', '=', conversation)
      .where('number', '=', 1)
      .executeTakeFirstOrThrow()
    const about = {
      at: house.clock.at.toISOString(),
      from: { channel: 'telegram', account: id<never>('bot'), conversation: id<never>(key) },
      message: id<never>(platform!),
    }
    await house.hears({ kind: 'revision', id: id(`e:${key}`), ...about, content: [{ type: 'text', text: 'typo' }] })
    await house.hears({ kind: 'reaction', id: id(`r1:${key}`), ...about, person: { key: id('x') }, emoji: '👍', on: true })
    await house.hears({ kind: 'reaction', id: id(`r2:${key}`), ...about, person: { key: id('y') }, emoji: '👍', on: true })
    await house.hears({ kind: 'reaction', id: id(`r3:${key}`), ...about, person: { key: id('y') }, emoji: '🎉', on: true })
    await house.hears({ kind: 'reaction', id: id(`r4:${key}`), ...about, person: { key: id('y') }, emoji: '🎉', on: false })
    expect((await open(conversation)).messages[0]).toMatchObject({
      content: [{ type: 'text', text: 'typo' }],
      edited: true,
      reactions: [{ emoji: '👍', count: 2 }],
    })
  })
})
