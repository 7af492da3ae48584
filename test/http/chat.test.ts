import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChatSettings, GuestToken, UploadedFile } from '../../src/http/api-types.ts'
import { readChat, transcriptAfter } from '../../src/store/views.ts'
import { type House, openHouse } from '../support/api.ts'

describe('the web chat', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.close())

  test('tells its page what it must know, without any sign-in', async () => {
    const { status, body } = await house.anybody.get<ChatSettings>('/api/chat/settings')
    expect([status, body]).toEqual([
      200,
      { deskName: 'Test desk', enabled: true, account: 'main', guest: true, attachments: { maxBytes: 20_000, blockedTypes: ['exe'] } },
    ])
  })

  test('lets a guest in with a token that names a new person each time', async () => {
    const first = await house.anybody.post<GuestToken>('/api/guest', { name: 'Ana' })
    const second = await house.anybody.post<GuestToken>('/api/guest')
    expect([first.status, second.status]).toEqual([200, 200])
    expect(first.body.person).not.toBe(second.body.person)
    expect(house.guests.read(first.body.token)).toMatchObject({ account: 'main', person: first.body.person, name: 'Ana' })
    expect(first.headers['cache-control']).toBe('no-store')
  })

  test('renews a token for the same person, and refuses one that is not ours', async () => {
    const guest = house.guest('Ben')
    const { status, body } = await guest.post<GuestToken>('/api/guest/renew')
    expect([status, body.person]).toEqual([200, guest.person])
    expect(await house.anybody.post('/api/guest/renew')).toMatchObject({ status: 401, body: { error: { code: 'HUB_SIGN_IN_NEEDED' } } })
  })

  test('names the field that is wrong, and what was expected', async () => {
    expect(await house.anybody.post('/api/guest', { name: 7 })).toMatchObject({
      status: 400,
      body: { error: { code: 'HUB_BAD_REQUEST', field: 'name', hint: expect.stringContaining('string') } },
    })
    expect(await house.anybody.upload('/api/guest', '{"name": ', 'application/json')).toMatchObject({
      status: 400,
      body: { error: { code: 'HUB_BAD_REQUEST', hint: 'The body is not JSON.' } },
    })
    expect(await house.anybody.upload('/api/guest', 'name=Ana', 'text/csv')).toMatchObject({
      status: 415,
      body: { error: { code: 'HUB_WRONG_CONTENT_TYPE' } },
    })
  })

  test('takes a guest’s file, and nobody’s without a token', async () => {
    const guest = house.guest('Cy')
    const { status, body } = await guest.upload<UploadedFile>('/api/chat/files?name=log.txt', 'it broke')
    expect([status, body.name, body.mime, body.bytes]).toEqual([200, 'log.txt', 'text/plain', 8])
    expect((await house.files.find([body.id]))[0]).toMatchObject({ uploader: guest.person, conversation: null })
    expect((await house.anybody.upload('/api/chat/files?name=log.txt', 'it broke')).body.error.code).toBe('HUB_SIGN_IN_NEEDED')
    expect((await guest.upload('/api/chat/files?name=run.exe', 'MZ')).body.error.code).toBe('HUB_FILE_TYPE_BLOCKED')
    expect((await guest.upload('/api/chat/files?name=big.txt', 'x'.repeat(20_001))).body.error.code).toBe('HUB_FILE_TOO_LARGE')
  })

  test('gives a page back what it missed, each message once and in order, with its own ids and without notes', async () => {
    const guest = house.guest('Dee')
    const conversation = await guest.says('one')
    const tess = await house.signIn('Tess')
    await tess.post(`/api/desk/conversations/${conversation}/acts`, { key: 'n', do: 'note', text: 'a difficult person' })
    await guest.says('two')
    const deps = { db: house.db, files: house.files }
    const all = await transcriptAfter(deps, conversation, 0, 100)
    expect(all.map(({ seq, author, content }) => [seq, author.by, content[0]])).toEqual([
      [1, 'person', { type: 'text', text: 'one' }],
      [2, 'virtual-agent', { type: 'text', text: 'echo: one' }],
      [4, 'person', { type: 'text', text: 'two' }],
      [5, 'virtual-agent', { type: 'text', text: 'echo: two' }],
    ])
    expect(all[0]).toMatchObject({ clientId: expect.stringMatching(/^m\d+$/), author: { name: 'Dee' } })
    expect(all[1]).not.toHaveProperty('clientId')
    expect((await transcriptAfter(deps, conversation, 2, 1)).map(({ seq }) => seq)).toEqual([4])
    const at = { channel: 'web', account: 'main', conversation: guest.person }
    expect((await readChat(deps, at, 4, 100)).messages.map(({ seq }) => seq)).toEqual([5])
    expect((await readChat(deps, at, 5, 100)).state).toEqual({ owner: { by: 'virtual-agent' }, seq: 5 })
    expect(await readChat(deps, { ...at, conversation: 'guest:nobody' }, 0, 100)).toEqual({
      messages: [],
      state: { owner: { by: 'nobody' }, seq: 0 },
    })
  })

  test('tells who waits their place, and how many technicians are there', async () => {
    const deps = { db: house.db, files: house.files }
    const [first, second] = [house.guest('Eve'), house.guest('Fay')]
    await first.says('a technician please')
    await second.says('a technician please')
    const { state } = await readChat(deps, { channel: 'web', account: 'main', conversation: second.person }, 0, 10)
    expect(state.owner).toMatchObject({ by: 'queue', skill: 'support', place: 2, waiting: 2, technicians: 0 })
  })

  test('shows a file only in its own conversation, whatever file a message names', async () => {
    const [owner, thief] = [house.guest('Gil'), house.guest('Hal')]
    const { body: file } = await owner.upload<UploadedFile>('/api/chat/files?name=passport.txt', 'P-123')
    const media = { type: 'media', kind: 'file', file: { stored: file.id as never } } as const
    const own = await house.says('web', owner.person, '', { content: [media] })
    const stolen = await house.says('web', thief.person, '', { content: [media] })
    const deps = { db: house.db, files: house.files }
    const [shown] = await transcriptAfter(deps, own, 0, 1)
    expect(shown?.content[0]).toMatchObject({ file: { id: file.id, name: 'passport.txt', bytes: 5 } })
    const link = (shown!.content[0] as { file: { link: string } }).file.link
    expect(Number(new URL(link).searchParams.get('until')) * 1000 - house.clock.at.getTime()).toBeGreaterThanOrEqual(3_600_000)
    expect((await house.app.inject(link.replace('http://127.0.0.1:3000', ''))).body).toBe('P-123')
    const [hidden] = await transcriptAfter(deps, stolen, 0, 1)
    expect(hidden?.content).toEqual([{ type: 'media', kind: 'file', file: { missing: 'This file is not part of this conversation.' } }])
  })

  test('lets so many guests in within a minute, and then asks to wait', async () => {
    const replies = []
    for (let n = 0; n < 40; n++) replies.push(await house.anybody.post('/api/guest'))
    expect(replies.at(-1)).toMatchObject({ status: 429, body: { error: { code: 'HUB_TOO_MANY_ATTEMPTS' } } })
    expect(Number(replies.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
  })
})

describe('where guests are not allowed', () => {
  test('none is let in or renewed, and no file of one is taken', async () => {
    const house = await openHouse({ guestAccess: false })
    const guest = house.guest('Ida')
    expect((await house.anybody.get<ChatSettings>('/api/chat/settings')).body.guest).toBe(false)
    for (const reply of [
      await house.anybody.post('/api/guest'),
      await guest.post('/api/guest/renew'),
      await guest.upload('/api/chat/files?name=a.txt', 'a'),
    ])
      expect(reply).toMatchObject({ status: 403, body: { error: { code: 'HUB_GUESTS_NOT_ALLOWED' } } })
    await house.close()
  })

  test('and where the chat is off, it says so', async () => {
    const house = await openHouse({ chat: { enabled: false } })
    expect((await house.anybody.get<ChatSettings>('/api/chat/settings')).body.enabled).toBe(false)
    expect((await house.anybody.post('/api/guest')).body.error.code).toBe('HUB_CHAT_OFF')
    await house.close()
  })
})
