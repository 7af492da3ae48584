import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import { teams } from '../../adapters/teams/index.ts'
import {
  type AccountId,
  type Adapter,
  type AdapterDeps,
  type Content,
  type EventOf,
  type HookRequest,
  type InboundEvent,
  id,
  type Json,
} from '../../src/channel/index.ts'
import { attempt, eventually, isEmpty, why } from '../contract/contract-bench.ts'

/**
 * The Microsoft 365 Agents Playground in the place of Teams: a client and a Connector that we did not write. It signs nothing, so what it
 * sends goes through a door that signs it as the Bot Framework would, with the keys of our emulator; then it is verified in full.
 * https://www.npmjs.com/package/@microsoft/m365agentsplayground
 */
const packageFile = installed('@microsoft/m365agentsplayground/package.json')
function installed(path: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(path)
  } catch {
    return undefined
  }
}

const startMs = 30_000

let client: ChildProcess
let folder: string
let base: string
let keys: TeamsEmulator
let door: Server
let adapter: Adapter
let stream: WebSocket
const events: InboundEvent[] = []
const refused: string[] = []
type Shown = {
  readonly action: string
  readonly message?: {
    readonly messageId: string
    readonly text?: string
    readonly attachments?: readonly { readonly contentType: string; readonly content?: { readonly body?: Json } }[]
  }
}
const shown: Shown[] = []
let ids: { readonly user: string; readonly bot: string; readonly personal: string; readonly group: string; readonly channel: string }

beforeAll(async () => {
  if (!packageFile) return
  keys = await startTeamsEmulator()
  door = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await take(Buffer.concat(chunks))
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  folder = await mkdtemp(join(tmpdir(), 'teams-client-'))
  const endpoint = `http://127.0.0.1:${(door.address() as AddressInfo).port}/api/messages`
  base = await start(endpoint)
  const deps: AdapterDeps = {
    fetch,
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined },
    files: {
      open: async () => ({ mime: 'text/plain', name: 'a.txt', bytes: 3, body: new Blob(['abc']).stream() }),
      link: async (file) => `https://files.example.com/${file}`,
      remembered: async () => undefined,
      remember: async () => undefined,
    },
    live: { publish: async () => undefined },
  }
  const account = { ...keys.account(), allowedServiceUrls: [`${base}/`] }
  adapter = teams.create({ id: id<AccountId>('main'), config: teams.config.parse(account) }, deps)
  ids = await conversations()
  stream = new WebSocket(`${base.replace('http', 'ws')}/_ws_conversation/v1/conversations/stream`)
  stream.addEventListener('message', ({ data }) => void shown.push(JSON.parse(String(data)) as Shown))
  await new Promise((resolve, reject) => {
    stream.addEventListener('open', resolve)
    stream.addEventListener('error', reject)
  })
}, startMs)

afterAll(async () => {
  stream?.close()
  await adapter?.close?.()
  const gone = new Promise((resolve) => client?.once('exit', resolve))
  if (client) {
    client.kill('SIGKILL')
    await gone
  }
  door?.closeAllConnections()
  door?.close()
  await keys?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** What the client sends, signed; then as the hub's door does. */
async function take(
  body: Buffer,
): Promise<{ readonly status: number; readonly headers?: { readonly [name: string]: string }; readonly body?: string }> {
  const signed: HookRequest = await keys.sign({ body: new Uint8Array(body) })
  const unsigned = await adapter.verify({ ...signed, headers: { 'content-type': 'application/json' } })
  if (unsigned.ok) throw new Error('an unsigned request was taken')
  const verdict = await adapter.verify(signed)
  if (!verdict.ok) {
    refused.push(verdict.reason)
    return { status: verdict.status }
  }
  const parsed = adapter.parse(signed)
  events.push(...parsed.events)
  return parsed.reply ?? { status: 200 }
}

/** Starts the client on a free port and tells where it listens. */
async function start(endpoint: string): Promise<string> {
  const bin = join(dirname(packageFile!), 'cli.js')
  const free = createServer()
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
  const wanted = String((free.address() as AddressInfo).port)
  await new Promise((resolve) => free.close(resolve))
  client = spawn(process.execPath, [bin, '-e', endpoint, '-c', 'msteams', '-p', wanted, '--disable-telemetry'], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, TEAMSAPPTESTER_BROWSER: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const output of [client.stdout, client.stderr])
    output?.on('data', (chunk) => {
      said += chunk
    })
  const port = await eventually(() => /Listening on (\d+)/.exec(said)?.[1], startMs)
  return `http://localhost:${port}`
}

const post = async (path: string, body: Json): Promise<unknown> => {
  const answer = await fetch(base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

type TestConfig = {
  readonly config: {
    readonly bot: { readonly id: string }
    readonly currentUser: { readonly id: string }
    readonly personalChat: { readonly id: string }
    readonly groupChats: readonly { readonly id: string }[]
    readonly teams: readonly { readonly channels: readonly { readonly id: string }[] }[]
  }
}
async function conversations(): Promise<typeof ids> {
  const { config } = (await (await fetch(`${base}/_internal/v1/testConfig`)).json()) as TestConfig
  return {
    user: config.currentUser.id,
    bot: config.bot.id,
    personal: config.personalChat.id,
    group: config.groupChats[0]!.id,
    channel: config.teams[0]!.channels[0]!.id,
  }
}

const next = async <Kind extends InboundEvent['kind']>(kind: Kind, act: () => Promise<unknown>): Promise<EventOf<Kind>> => {
  const since = events.length
  await act()
  const found = await eventually(() => events.slice(since).find((event) => event.kind === kind))
  return found as EventOf<Kind>
}
const types = (text: string, conversation: string, mention = false) =>
  next('message', () =>
    post(`/_conversation/v1/conversations/${conversation}/messages`, {
      from: { id: ids.user },
      text: mention ? `<at>Test Bot</at> ${text}` : text,
      textFormat: 'plain',
      mentions: mention ? [{ mentioned: { id: ids.bot }, text: '<at>Test Bot</at>' }] : [],
    }),
  )
const says = async (content: Content, to: EventOf<'message'>['from']) => {
  const since = shown.length
  const receipts = []
  for (const payload of adapter.render([content], to, why)) receipts.push(await adapter.send(payload, to, attempt(8000)))
  const message = await eventually(() => shown.slice(since).find(({ action }) => action === 'createMessage')?.message)
  return { receipt: receipts.at(-1)!, message }
}

describe.runIf(packageFile)('with Microsoft’s own client', () => {
  test('a private message is verified, read and answered', async () => {
    const heard = await types('my laptop does not start', ids.personal)
    expect(heard).toMatchObject({
      content: [{ type: 'text', text: 'my laptop does not start' }],
      person: { key: ids.user, name: 'Alex Wilber' },
    })
    const { receipt, message } = await says({ type: 'text', text: 'Is it plugged in? <b>' }, heard.from)
    expect(message).toMatchObject({ messageId: receipt.messages[0], text: expect.stringContaining('Is it plugged in?') })
    expect(refused).toEqual([])
  })

  test('a mention in a group and in a channel is heard, and a thread is answered in it', async () => {
    const group = await types('status', ids.group, true)
    expect(group).toMatchObject({ content: [{ text: 'status' }], addressed: true })
    await says({ type: 'text', text: 'in the group' }, group.from)
    const channel = await types('hello', ids.channel, true)
    expect(channel.from.conversation).toMatch(/;messageid=/)
    await says({ type: 'text', text: 'in the thread' }, channel.from)
  })

  test('choices and cards are drawn, and their buttons come back', async () => {
    const { from } = await types('menu', ids.personal)
    const choices = [{ value: 'menu:open', label: 'Open Requests' }]
    const menu = await says({ type: 'choices', text: 'What can I do?', choices }, from)
    const [card] = menu.message.attachments ?? []
    expect(card?.contentType).toBe('application/vnd.microsoft.card.adaptive')
    const submit = {
      from: { id: ids.user },
      conversation: { id: ids.personal },
      replyToId: menu.receipt.messages[0]!,
      value: { switchboard: { value: 'menu:open', label: 'Open Requests' } },
    }
    expect(await next('choice', () => post('/_conversation/v1/submit', submit))).toMatchObject({
      value: 'menu:open',
      message: menu.receipt.messages[0],
    })
    const approval = await says({ type: 'card', title: 'REQ1042', choices: [{ value: 'approve:1042', label: 'Approve' }] }, from)
    let answer: unknown
    const action = {
      type: 'Action.Execute',
      verb: 'choose',
      data: { switchboard: { value: 'approve:1042', label: 'Approve', title: 'REQ1042' } },
    }
    const invoke = {
      name: 'adaptiveCard/action',
      from: { id: ids.user },
      conversation: { id: ids.personal },
      replyToId: approval.receipt.messages[0]!,
      value: { action, trigger: 'manual' },
    }
    const chosen = await next('choice', async () => {
      answer = await post('/_conversation/v1/invoke', invoke)
    })
    expect(chosen).toMatchObject({ value: 'approve:1042', sync: { withinMs: expect.any(Number) } })
    expect(JSON.stringify(answer)).toContain('✓ Approve')
  })

  test('marks, a picture, an offered file, typing and a change are taken', async () => {
    const { from } = await types('everything', ids.personal)
    const { message, receipt } = await says({ type: 'text', format: 'markdown', text: '**bold** & <x>\n\n1. one' }, from)
    expect(message.text).toContain('<strong>bold</strong> &amp; &lt;x&gt;')
    await adapter.typing!(from)
    const [payload] = adapter.render([{ type: 'text', text: 'changed' }], from, why)
    await adapter.revise!(payload!, from, receipt.messages[0]!, attempt(8000))
    await eventually(() => shown.find(({ action, message: after }) => action === 'updateMessage' && after?.text === 'changed'))
    const picture = await says({ type: 'media', kind: 'image', file: { stored: id('p'), mime: 'image/png', bytes: 3 } }, from)
    expect(picture.message.attachments?.[0]?.contentType).toBe('image/png')
    const offer = await says({ type: 'media', kind: 'file', file: { stored: id('f'), mime: 'text/plain', name: 'a.txt', bytes: 3 } }, from)
    expect(offer.message.attachments?.[0]?.contentType).toBe('application/vnd.microsoft.teams.card.file.consent')
  })

  test('people are looked up, also of a thread', async () => {
    const heard = await types('who am I?', ids.personal)
    const profile = await adapter.profile!(heard.person, heard.from, AbortSignal.timeout(30_000))
    expect(profile).toMatchObject({ name: 'Alex Wilber', email: 'alexw@example.com', emailVouched: false })
    const channel = await types('and here?', ids.channel, true)
    expect(await adapter.profile!(channel.person, channel.from, AbortSignal.timeout(30_000))).toMatchObject({ email: 'alexw@example.com' })
  })

  test.each(['install', 'uninstall', 'userAdded', 'userRemoved', 'botAdded', 'channelCreated', 'teamRenamed'])(
    '%s as it writes it is an event or named',
    async (type) => {
      const conversation = /channel|team/.test(type) ? ids.channel : ids.group
      const template = await (
        await fetch(`${base}/_internal/v1/customActivities/template?conversationId=${conversation}&type=${type}`)
      ).json()
      const signed = await keys.sign({ body: JSON.stringify(template) })
      const parsed = adapter.parse(signed)
      expect(isEmpty(parsed)).toBe(false)
      for (const name of parsed.ignored) expect(name).not.toContain('unexpected')
      for (const event of parsed.events) expect(event.kind).toBe('contact')
    },
  )
})
