import { ConnectorClient, MicrosoftAppCredentials } from 'botframework-connector'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startTeamsEmulator } from '../../adapters/teams/emulator.ts'
import { teams } from '../../adapters/teams/index.ts'
import { id, type Json } from '../../src/channel/index.ts'
import { degrade } from '../../src/core/degrade.ts'
import { attempt, openConversation, why } from '../contract/contract-bench.ts'
import { files } from '../contract/samples.ts'
import { benches, event, say, stored, type TeamsBench, text } from './teams-bench.ts'

const { open, later, closeAll } = benches()
afterEach(closeAll)

describe('files', () => {
  const offered = async (bench: TeamsBench) => {
    const conversation = await openConversation(bench, 'Ada')
    await say(bench, { ...stored('file'), caption: 'The manual' }, conversation.to)
    return { ...conversation, ada: bench.emulator.person('Ada') }
  }

  test('are offered in a private chat, and go into the person’s drive with their bytes when they are wanted', async () => {
    const bench = await open()
    const { ada, seen } = await offered(bench)
    expect(seen()[0]).toMatchObject({ text: 'The manual', buttons: [{ label: 'Accept' }, { label: 'Decline' }] })
    const accepted = await event(bench, () => ada.presses('Accept'), 'receipt')
    expect(accepted).toMatchObject({ status: 'delivered', of: { message: seen()[0]!.id } })
    await bench.adapter.acknowledge!(accepted)
    const [message] = seen()
    expect(message!.media?.bytes).toEqual(files.get(id('file'))!.bytes)
    expect(message!.media?.name).toContain('Zürich')
    await bench.adapter.acknowledge!(accepted)
    expect(seen()).toHaveLength(1)
  })

  test('that are not wanted are told to whoever sent them', async () => {
    const bench = await open()
    const { ada } = await offered(bench)
    expect(await event(bench, () => ada.presses('Decline'), 'receipt')).toMatchObject({ status: 'failed', failure: { code: 'declined' } })
  })

  test('whose upload does not work come as a link', async () => {
    const bench = await open()
    const { ada, seen } = await offered(bench)
    bench.emulator.switches.uploadStatus = 507
    const accepted = await event(bench, () => ada.presses('Accept'), 'receipt')
    await expect(bench.adapter.acknowledge!(accepted)).rejects.toThrow(/507/)
    expect(seen().at(-1)!.text).toMatch(/2026\.pdf: https?:\/\/\S+\/file/)
  })

  test('go to no place for uploads that is not Microsoft’s', async () => {
    const bench = await open()
    for (const uploadUrl of [
      'http://127.0.0.1:9/steal',
      'https://evil.example/upload',
      'http://169.254.169.254/',
      'https://sharepoint.com.evil.example/',
    ]) {
      const { ada } = await offered(bench)
      bench.emulator.switches.uploadUrl = uploadUrl
      const accepted = await event(bench, () => ada.presses('Accept'), 'receipt')
      const before = bench.fetched.length
      const error = await bench.adapter.acknowledge!(accepted).catch((thrown: unknown) => thrown)
      expect(bench.adapter.classify(error)).toMatchObject({ code: 'foreign_service' })
      expect(bench.fetched.slice(before).filter((url) => url === uploadUrl)).toEqual([])
    }
  })

  test('of people are read without our token, pasted pictures with it', async () => {
    const bench = await open()
    const ada = bench.emulator.person('Ada')
    const bytes = files.get(id('image'))!.bytes
    const pasted = await event(bench, () => ada.pastes({ name: 'x.png', mime: 'image/png', bytes, caption: 'see' }), 'message')
    const refs = pasted.content.flatMap((one) => (one.type === 'media' && 'ref' in one.file ? [one.file.ref] : []))
    expect(refs).toHaveLength(1)
    const picture = await bench.adapter.fetchFile!(refs[0]!, AbortSignal.timeout(30_000))
    expect([picture.mime, new Uint8Array(await new Response(picture.body).arrayBuffer())]).toEqual(['image/png', bytes])
    const sent = await event(bench, () => ada.sendsFile({ name: 'log.txt', mime: 'text/plain', bytes }), 'message')
    const [file] = sent.content.flatMap((one) => (one.type === 'media' && 'ref' in one.file ? [one.file.ref] : []))
    expect((await bench.adapter.fetchFile!(file!, AbortSignal.timeout(30_000))).mime).toBe('text/plain')
  })

  test('are not fetched from elsewhere, and a sign-in page is no file', async () => {
    const bench = await open()
    for (const ref of [
      { from: 'download', url: 'http://169.254.169.254/metadata' },
      { from: 'download', url: 'file:///etc/passwd' },
      { from: 'attachment', url: 'https://evil.example/v3/attachments/1' },
      { from: 'attachment', url: 'http://127.0.0.1:1/x' },
    ]) {
      const before = bench.fetched.length
      await expect(bench.adapter.fetchFile!(ref, AbortSignal.timeout(30_000))).rejects.toThrow(/host/)
      expect(bench.fetched.length).toBe(before)
    }
    const page = { from: 'download', url: 'https://contoso-my.sharepoint.com/x.pdf', mime: 'application/pdf' }
    const keys = teams.config.parse(bench.emulator.account())
    const answers = [
      new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } }),
      new Response(null, { status: 302, headers: { location: 'http://10.0.0.1/' } }),
    ]
    const deps = { fetch: async () => answers.shift()!, now: () => new Date(), log: { info() {}, warn() {} } }
    const adapter = teams.create({ id: id('main'), config: keys }, deps as never)
    await expect(adapter.fetchFile!(page, AbortSignal.timeout(30_000))).rejects.toThrow(/page came/)
    await expect(adapter.fetchFile!(page, AbortSignal.timeout(30_000))).rejects.toThrow(/moved to a host/)
  })

  test('go as links where several listen, since nobody can be asked there', async () => {
    const bench = await open()
    const heard = await event(bench, () => bench.emulator.groupChat('Team').person('Ada').types('@Switchboard file please'), 'message')
    const can = { ...bench.can, ...bench.adapter.narrow!(heard.from) }
    const contents = degrade(stored('file'), can, () => 'https://files.example.com/file?signed')
    for (const payload of bench.adapter.render(contents, heard.from, why)) await bench.adapter.send(payload, heard.from, attempt())
    const seen = bench.emulator.messages(heard.from.conversation).at(-1)!
    expect(seen.text).toContain('https://files.example.com/file?signed')
    expect(seen.buttons).toEqual([])
    await say(bench, stored('file'), heard.from)
    expect(bench.emulator.messages(heard.from.conversation).at(-1)!.text).toMatch(/2026\.pdf: https?:\/\/\S+\/file/)
  })
})

describe('Microsoft’s own client against the emulator', () => {
  test('sends, changes, deletes, lists members and opens a conversation', async () => {
    const emulator = await startTeamsEmulator()
    later(emulator.close)
    const { appId, appPassword } = emulator.account() as { appId: string; appPassword: string }
    const form = {
      grant_type: 'client_credentials',
      client_id: appId,
      client_secret: appPassword,
      scope: 'https://api.botframework.com/.default',
    }
    const given = await fetch(`${emulator.url}/botframework.com/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form) })
    const { access_token } = (await given.json()) as { readonly access_token: string }
    const credentials = new MicrosoftAppCredentials(appId, appPassword)
    vi.spyOn(credentials, 'getToken').mockResolvedValue(access_token)
    const client = new ConnectorClient(credentials, { baseUri: `${emulator.url}/teams/` })
    const ada = emulator.person('Ada')
    await ada.types('hello')
    const conversation = ada.conversation.id
    const sent = await client.conversations.sendToConversation(conversation, { type: 'message', text: 'one', textFormat: 'plain' } as never)
    await client.conversations.updateActivity(conversation, sent.id, { type: 'message', text: 'two', textFormat: 'plain' } as never)
    expect(ada.sees().map((message) => message.text)).toEqual(['hello', 'two'])
    await client.conversations.deleteActivity(conversation, sent.id)
    expect(ada.sees().map((message) => message.text)).toEqual(['hello'])
    const members = await client.conversations.getConversationMembers(conversation)
    expect(members.map(({ name }) => name)).toEqual(['Ada'])
    const created = await client.conversations.createConversation({
      isGroup: false,
      bot: { id: `28:${appId}`, name: '' },
      members: [{ id: ada.key, name: '' }],
      activity: undefined as never,
      channelData: undefined as never,
    })
    expect(created.id).toBe(conversation)
    await expect(client.conversations.sendToConversation('a:nobody', { type: 'message', text: 'x' } as never)).rejects.toMatchObject({
      statusCode: 404,
    })
    emulator.revokeTokens()
    await expect(client.conversations.sendToConversation(conversation, { type: 'message', text: 'x' } as never)).rejects.toMatchObject({
      statusCode: 401,
    })
  })
})

describe('the playground of the emulator', () => {
  test('shows a private chat, a channel with its threads and a group, and lets people write, press and send files', async () => {
    const bench = await open()
    const { url } = bench.emulator
    const ask = async (path: string, body?: Json) => {
      const answer = await fetch(
        `${url}/playground/${path}`,
        body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      )
      return { status: answer.status, body: (await answer.json()) as { [key: string]: never } }
    }
    const heard = await event(bench, () => ask('say', { chat: '1001', name: 'Ada', text: 'hi' }), 'message')
    expect(heard.person.name).toBe('Ada')
    await say(bench, { type: 'choices', text: 'Well?', choices: [{ value: 'y', label: 'Yes' }] }, heard.from)
    const { body } = await ask('state?chat=1001')
    expect(body.messages).toMatchObject([
      { text: 'hi', by: 'person' },
      { text: 'Well?', by: 'hub', buttons: [{ label: 'Yes', value: 'y' }], card: { type: 'AdaptiveCard' } },
    ])
    expect(body.chats).toMatchObject([{ type: 'channel' }, { type: 'groupChat' }, { type: 'personal', chat: '1001', title: 'Ada' }])
    expect(await event(bench, () => ask('press', { chat: '1001', name: 'Ada', data: 'y' }), 'choice')).toMatchObject({ value: 'y' })
    const [channel] = body.chats as unknown as readonly { readonly chat: string }[]
    const said = await event(bench, () => ask('say', { chat: channel!.chat, name: 'Bo', text: '@Switchboard help' }), 'message')
    await say(bench, text('here'), said.from)
    const shown = (await ask(`state?chat=${encodeURIComponent(channel!.chat)}`)).body.messages as unknown as readonly {
      readonly text: string
      readonly thread: string
    }[]
    expect(shown.map((message) => message.text)).toEqual(['@Switchboard help', 'here'])
    expect(new Set(shown.map(({ thread }) => thread))).toEqual(new Set([said.from.conversation]))
    const upload = await fetch(`${url}/playground/file`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-chat': '1001', 'x-name': 'Ada', 'x-file-name': 'a.txt' },
      body: 'abc',
    })
    const { message_id } = (await upload.json()) as { readonly message_id: string }
    expect(await (await fetch(`${url}/playground/file/${message_id}`)).text()).toBe('abc')
    expect((await ask('faults', { latencyMs: 3 })).body.faults).toMatchObject({ latencyMs: 3 })
    expect((await ask('faults', { nonsense: 1 })).status).toBe(400)
    expect((await fetch(`${url}/playground/state`, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
  })
})
