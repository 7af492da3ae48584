import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Address, type Content, id } from '../../src/channel/index.ts'
import { attempt, why } from '../contract/contract-bench.ts'
import { chromiumPath } from '../support/chromium.ts'
import { newFolder, openWeb, removeFolder, until, type Web } from '../support/whatsapp-web/open.ts'

const chromium = chromiumPath()
const keys = chromium ? { chromiumPath: chromium } : {}
const quick = { lookMs: 100, againMs: 50, longestAgainMs: 200 }
const ada = '16505551234@c.us'
const group = '120363000000000000@g.us'
const text = (words: string): Content => ({ type: 'text', text: words })

async function say({ adapter }: Web, content: Content, to: Address, ms?: number) {
  const receipts = []
  for (const payload of adapter.render([content], to, why)) receipts.push(await adapter.send(payload, to, attempt(ms)))
  return receipts
}
const failing = (web: Web, content: Content, to: Address, ms?: number) =>
  say(web, content, to, ms).then(() => expect.fail('it was sent'), web.adapter.classify)
const to = (chat: string): Address => ({ channel: 'whatsapp', account: id('phone'), conversation: id('x'), reply: { chat } })

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
async function folder(): Promise<string> {
  const made = await newFolder()
  closing.push(() => removeFolder(made))
  return made
}
function opened(...given: Parameters<typeof openWeb>): Web {
  const web = openWeb(...given)
  closing.push(web.close)
  return web
}

describe.runIf(chromium)(
  'whatsapp-web.js itself in Chromium, on a page in place of WhatsApp’s (not WhatsApp’s servers): one linked browser',
  () => {
    let web: Web
    let at: string
    beforeAll(async () => {
      at = await newFolder()
      web = await openWeb(at, keys).link()
    })
    afterAll(async () => {
      await web?.close()
      await removeFolder(at)
    })
    const heard = async (given: { readonly [key: string]: unknown }) => {
      const since = web.events.length
      await web.play('inbound', { from: ada, name: 'x', ...given })
      return web.next('message', since)
    }

    test('shows the QR code where it is reported and in the log, is linked by it, and says who it is', async () => {
      const shown = web.states.find(({ qr }) => qr)
      expect(shown).toMatchObject({ state: 'connecting', qr: expect.stringMatching(/^2@STUBREF,/) })
      expect(JSON.stringify(web.logged)).toContain('2@STUBREF')
      expect(web.states.at(-1)).toMatchObject({ state: 'open', detail: expect.stringMatching(/15550000001.*unofficial/) })
      expect(web.events.filter(({ kind }) => kind === 'account')).toMatchObject([{ change: 'revoked' }, { change: 'restored' }])
      expect(await web.adapter.check(AbortSignal.timeout(30_000))).toMatchObject({
        ok: true,
        facts: { unofficial: true, state: 'CONNECTED' },
      })
    })

    test('what a person writes goes through the door as plain data, and no key has their number', async () => {
      const said = await heard({ id: '3A1', body: 'hello *there*', notifyName: 'Ada' })
      expect(said).toMatchObject({
        id: 'message:false_16505551234@c.us_3A1',
        content: [{ type: 'text', text: 'hello *there*' }],
        person: { name: 'Ada' },
        at: '2023-11-14T22:13:20.000Z',
        from: { reply: { chat: ada } },
      })
      expect(`${said.person.key} ${said.from.conversation}`).not.toContain('16505551234')
      expect(web.requests.at(-1)).toMatchObject({ via: 'listen', method: 'POST' })
    })

    test('our own messages from the phone, status updates and notices are no events', async () => {
      const since = web.events.length
      await web.play('inbound', { from: ada, id: '3OWN', body: 'mine', fromMe: true })
      await web.play('inbound', { from: 'status@broadcast', id: '3ST', body: 'my day' })
      await web.play('inbound', { from: ada, id: '3E2E', type: 'e2e_notification' })
      await heard({ id: '3AFTER', body: 'after' })
      expect(web.events.slice(since)).toHaveLength(1)
      expect(web.ignored).toContain('message:e2e_notification')
    })

    test('in a group it is addressed by a mention or a reply to us, and not otherwise', async () => {
      const inGroup = { from: group, author: ada }
      const aside = await heard({ ...inGroup, id: '3G1', body: 'lunch?' })
      expect(aside).toMatchObject({ addressed: false, from: { conversation: 'group:120363000000000000' } })
      expect(await heard({ ...inGroup, id: '3G2', body: '@desk help', mentionedJidList: ['15550000001@c.us'] })).toMatchObject({
        addressed: true,
      })
      const [receipt] = await say(web, text('to the group'), aside.from)
      const reply = await heard({ ...inGroup, id: '3G3', body: 'this', quotedMsg: {}, quoted: receipt!.messages[0] })
      expect(reply).toMatchObject({ addressed: true, replyTo: receipt!.messages[0] })
      expect(reply.person.key).not.toBe(reply.from.conversation)
    })

    test('places, cards, polls and what can be seen once are read or said to be unreadable', async () => {
      const place = await heard({ id: '3L', type: 'location', lat: 47.37, lng: 8.54, loc: 'Office\nMain street 1', body: 'base64preview' })
      expect(place.content).toEqual([{ type: 'place', latitude: 47.37, longitude: 8.54, name: 'Office', address: 'Main street 1' }])
      const card =
        'BEGIN:VCARD\r\nVERSION:3.0\r\nN:;Ada;;;\r\nFN:Ada\\, L.\r\nitem1.TEL;waid=16505551234:+1 650 555 1234\r\nEMAIL:a@b.example\r\nEND:VCARD'
      expect((await heard({ id: '3C', type: 'vcard', body: card })).content).toEqual([
        { type: 'contact', name: 'Ada, L.', phones: ['+1 650 555 1234'], emails: ['a@b.example'], own: true },
      ])
      const poll = await heard({ id: '3P', type: 'poll_creation', pollName: 'When?', pollOptions: [{ name: 'now' }, { name: 'later' }] })
      expect(poll.content).toEqual([{ type: 'unreadable', platformType: 'poll_creation', text: 'When?\nnow\nlater' }])
      expect((await heard({ id: '3V', type: 'image', isViewOnce: true })).content).toEqual([
        { type: 'unreadable', platformType: 'view_once' },
      ])
    })

    test('a file comes with a way to its bytes', async () => {
      const file = {
        type: 'document',
        directPath: '/v/1',
        mimetype: 'application/pdf',
        filename: 'form.pdf',
        size: 11,
        caption: 'filled in',
      }
      const { content } = await heard({ id: '3F', ...file })
      expect(content).toMatchObject([{ type: 'media', kind: 'file', caption: 'filled in', file: { mime: 'application/pdf', bytes: 11 } }])
      const ref = (content[0] as { readonly file: { readonly ref: string } }).file.ref
      const got = await web.adapter.fetchFile!(ref, AbortSignal.timeout(30_000))
      expect(got).toMatchObject({ mime: 'application/pdf', name: 'form.pdf' })
      expect(await new Response(got.body).text()).toBe('%PDF-1.7 hi')
    })

    test('edits, deletions, reactions and receipts are told of the message that they are about', async () => {
      const { message } = await heard({ id: '3R', body: 'frist' })
      let since = web.events.length
      await web.play('edit', message, 'first')
      expect(await web.next('revision', since)).toMatchObject({ message, content: [text('first')], at: '2023-11-14T22:14:20.000Z' })
      since = web.events.length
      await web.play('revoke', message)
      expect(await web.next('revision', since)).toMatchObject({ message, content: null })

      since = web.events.length
      const [receipt] = await say(web, text('done?'), to(ada))
      const ours = receipt!.messages[0]!
      await web.play('react', ours, ada, '👍')
      expect(await web.next('reaction', since)).toMatchObject({ message: ours, emoji: '👍', on: true })
      await web.play('ack', ours, 2)
      await web.play('ack', ours, 3)
      const receipts = () => web.events.slice(since).flatMap((event) => (event.kind === 'receipt' ? [event] : []))
      await until(() => receipts().length === 3, 'three receipts')
      expect(receipts()).toMatchObject(['sent', 'delivered', 'read'].map((status) => ({ of: { message: ours }, status })))
    })

    test('calls are named and not answered; being taken into a group is told', async () => {
      await web.play('call', ada)
      await until(() => web.ignored.includes('call'), 'a call')
      const since = web.events.length
      await web.play('notice', { from: group, id: '3J', subtype: 'add', author: ada, recipients: ['15550000001@c.us'] })
      expect(await web.next('contact', since)).toMatchObject({ change: 'joined', from: { conversation: 'group:120363000000000000' } })
    })

    test('a person whose number becomes hidden stays the same: the old key moves to the new one', async () => {
      const before = await openWeb('unused').adapter.parse({
        method: 'POST',
        via: 'listen',
        query: {},
        headers: {},
        body: new TextEncoder().encode(
          JSON.stringify({
            event: 'message',
            own: [],
            chat: { id: '16505559999@c.us' },
            sender: { id: '16505559999@c.us' },
            message: { id: 'false_1', type: 'chat', at: 1, body: 'a' },
          }),
        ),
      })
      await web.play('lid', '16505559999@c.us', '99887766@lid')
      const since = web.events.length
      const hidden = await heard({ from: '99887766@lid', id: '3H1', body: 'hidden' })
      const shown = await heard({ from: '16505559999@c.us', id: '3H2', body: 'shown' })
      expect(hidden.from.conversation).toBe('lid:99887766')
      expect(shown.from.conversation).toBe(hidden.from.conversation)
      expect(await web.next('moved', since)).toMatchObject({
        from: { conversation: before.events[0]!.from.conversation },
        to: { conversation: 'lid:99887766' },
      })
    })

    test('text in WhatsApp’s marks, pictures, documents, voice, places and cards are sent by their bytes', async () => {
      const since = (await web.sent()).length
      await say(web, { type: 'text', text: '**bold** and `code`', format: 'markdown' }, to(ada))
      await say(web, text('BEGIN:VCARD is how a card begins'), to(ada))
      const media = (kind: 'image' | 'file' | 'audio', stored: string, caption?: string): Content => ({
        type: 'media',
        kind,
        file: { stored: id(stored) },
        ...(caption ? { caption } : {}),
      })
      await say(web, media('image', 'image', 'the screen'), to(ada))
      await say(web, media('file', 'file'), to(ada))
      await say(web, media('audio', 'voice', 'listen'), to(ada))
      await say(web, { type: 'place', latitude: 1.5, longitude: 2.5, name: 'Office', address: 'Main street' }, to(ada))
      await say(web, { type: 'contact', name: 'Desk; IT', phones: ['+1 555'], emails: [] }, to(ada))
      expect((await web.sent()).slice(since)).toMatchObject([
        { type: 'chat', body: '*bold* and `code`', to: ada },
        { type: 'chat', body: 'BEGIN:VCARD is how a card begins' },
        { type: 'image', caption: 'the screen', mimetype: 'image/png' },
        { type: 'document', mimetype: 'application/pdf' },
        { type: 'ptt', mimetype: 'audio/ogg' },
        { type: 'chat', body: 'listen' },
        { type: 'location', lat: 1.5, lng: 2.5, loc: 'Office\nMain street' },
        { type: 'vcard', vcardFormattedName: 'Desk\\; IT' },
      ])
    })

    test('a message of ours is changed and taken back; read, typing and reactions are shown', async () => {
      const { adapter } = web
      const said = await heard({ id: '3S', body: 'see' })
      const since = (await web.sent()).length
      const [{ messages } = expect.fail()] = await say(web, text('frist'), to(ada))
      const ours = messages[0]!
      await adapter.revise!(adapter.render([text('first')], said.from, why)[0]!, said.from, ours, attempt())
      await adapter.revise!(null, said.from, ours, attempt())
      await adapter.revise!(null, said.from, ours, attempt())
      const late = await adapter.revise!(adapter.render([text('again')], said.from, why)[0]!, said.from, ours, attempt()).catch(
        adapter.classify,
      )
      expect(late).toMatchObject({ kind: 'rejected', code: 'too_old' })
      await adapter.acknowledge!(said)
      await adapter.typing!(said.from)
      await adapter.react!(said.from, said.message, '🎉')
      await adapter.react!(said.from, said.message, '')
      expect((await web.sent()).slice(since + 1)).toEqual([
        { kind: 'edit', id: ours, body: 'first' },
        { kind: 'revoke', id: ours },
        { kind: 'seen', chat: ada },
        { kind: 'typing', chat: ada },
        { kind: 'reaction', id: said.message, emoji: '🎉' },
        { kind: 'reaction', id: said.message, emoji: '' },
      ])
    })

    test('each refusal says what it means: nobody there, no way yet, a file that is gone, and silence is uncertain', async () => {
      expect(await failing(web, text('x'), to('000@c.us'))).toMatchObject({ kind: 'unreachable', code: 'not_on_whatsapp' })
      const gone: Content = { type: 'media', kind: 'image', file: { stored: id('gone') } }
      expect(await failing(web, gone, to(ada))).toMatchObject({ kind: 'transient', code: 'not_prepared' })
      await web.play('setSendMode', 'No LID for user')
      expect(await failing(web, text('x'), to(ada))).toMatchObject({ kind: 'unreachable', code: 'no_lid' })
      await web.play('setSendMode', 'send failed')
      expect(await failing(web, text('x'), to(ada))).toMatchObject({ kind: 'uncertain', code: 'page_unsure' })
      await web.play('setSendMode', 'silent')
      expect(await failing(web, text('x'), to(ada), 300)).toMatchObject({ kind: 'uncertain', code: 'page_unsure' })
      await web.play('setSendMode', 'ok')
      const lost = await web.adapter.fetchFile!({ message: 'false_16505551234@c.us_NONE' }, AbortSignal.timeout(30_000)).catch(
        web.adapter.classify,
      )
      expect(lost).toMatchObject({ kind: 'rejected', code: 'file_gone' })
    })

    test('what the hub does not take is handed in again, in order', async () => {
      let refusals = 2
      web.door.answer = (events) => ({ status: events.some(({ kind }) => kind === 'message') && refusals-- > 0 ? 503 : 200 })
      const since = web.events.length
      for (const number of [1, 2, 3]) await web.play('inbound', { from: ada, id: `3Q${number}`, body: `number ${number}` })
      const said = () => web.events.slice(since).flatMap((event) => (event.kind === 'message' ? event.content : []))
      await until(() => said().length === 3, 'three messages')
      web.door.answer = () => ({ status: 200 })
      expect(said()).toEqual([text('number 1'), text('number 2'), text('number 3')])
    })

    test('another process on the same session is refused in words, cannot send, and sees who holds it', async () => {
      const other = openWeb(at, keys)
      const failure = await other.start().then(() => expect.fail('it listened'), other.adapter.classify)
      expect(failure).toMatchObject({ kind: 'transient', code: 'session_in_use' })
      expect(await failing(other, text('x'), to(ada))).toMatchObject({ kind: 'transient', code: 'not-listening' })
      expect(await other.adapter.check(AbortSignal.timeout(30_000))).toMatchObject({
        ok: true,
        detail: expect.stringContaining('15550000001'),
      })
      expect(other.browsers).toEqual([])
    })
  },
)

describe.runIf(chromium)(
  'whatsapp-web.js itself in Chromium, on a page in place of WhatsApp’s (not WhatsApp’s servers): beginning and ending',
  () => {
    test('a pairing code is shown instead of a QR code where the number is given', async () => {
      const web = opened(await folder(), { ...keys, phoneNumber: '15550000001' })
      web.start()
      expect(await web.code()).toMatchObject({ state: 'connecting', pairingCode: 'ABCD1234' })
      expect(web.states.some(({ qr }) => qr)).toBe(false)
      await web.play('pair')
      await web.state('open')
    })

    test('the session is kept: after a restart nothing is scanned, and what came meanwhile is handed in', async () => {
      const at = await folder()
      const now = Math.floor(Date.now() / 1000)
      const first = opened(at, keys)
      await first.link()
      await first.play('inbound', { from: ada, id: '3B1', body: 'before', t: now })
      await first.next('message')
      await first.play('missed', { from: ada, id: '3B0', body: 'long ago', t: 1600000000 })
      await first.play('missed', { from: ada, id: '3B2', body: 'meanwhile', t: now + 5 })
      const child = first.browsers[0]!.client.pupBrowser!.process()!
      await first.close()
      expect(first.states.at(-1)).toEqual({ state: 'stopped' })
      expect(child.exitCode ?? child.signalCode).not.toBeNull()
      expect(existsSync(`${at}/listener.json`)).toBe(false)
      // As a browser leaves it behind that was killed together with its machine.
      await symlink('another-machine-4711', `${at}/session/SingletonLock`)
      const second = opened(at, keys)
      second.start()
      await second.state('open')
      expect(second.states.some(({ qr }) => qr)).toBe(false)
      expect(await second.next('message')).toMatchObject({ content: [text('meanwhile')] })
      expect(JSON.stringify(second.events)).not.toContain('long ago')
    })

    test('a hub that stops while the browser is still starting leaves none behind', async () => {
      const web = opened(await folder(), keys)
      web.start()
      const { client } = await until(() => web.browsers[0], 'a browser')
      expect(client.pupBrowser).toBeNull()
      await web.close()
      const child = client.pupBrowser!.process()!
      expect(child.exitCode ?? child.signalCode).not.toBeNull()
      expect(web.states.at(-1)).toEqual({ state: 'stopped' })
    })

    test('a browser that is killed is seen at once, cannot be sent to, and is started again', async () => {
      const web = opened(await folder(), keys, { times: quick })
      await web.link()
      const since = web.states.length
      web.browsers[0]!.client.pupBrowser!.process()!.kill('SIGKILL')
      await web.state('lost', since)
      expect(await failing(web, text('x'), to(ada))).toMatchObject({ kind: 'transient', code: 'not-listening' })
      await until(
        () => web.browsers.length > 1 && web.states.slice(since).find(({ state, qr }) => state === 'open' || qr),
        'a second browser',
      )
    })

    test('a code that nobody scans is renewed by loading the page again', async () => {
      const web = opened(await folder(), keys, { times: { ...quick, idleCodeMs: 400 } })
      web.start()
      await web.code()
      await until(() => web.states.filter(({ qr }) => qr).length > 1, 'a second code')
      expect(web.browsers).toHaveLength(1)
    })

    test('a phone that unlinks the hub stops the account, and a new code is shown', async () => {
      const web = opened(await folder(), keys, { times: quick })
      await web.link()
      const since = web.states.length
      await web.playLast('unlink')
      await web.state('lost', since)
      expect(await web.code(since)).toMatchObject({ qr: expect.any(String) })
      await until(() => web.events.filter((event) => event.kind === 'account').length === 3, 'the account')
      expect(web.events.at(-1)).toMatchObject({ kind: 'account', change: 'revoked' })
    })

    test('a number that WhatsApp bars stops for good, also after a restart', async () => {
      const at = await folder()
      const web = opened(at, keys, { times: quick })
      await web.link()
      await web.playLast('state', 'TOS_BLOCK')
      await until(() => web.states.at(-1)?.state === 'stopped', 'the end')
      expect(await web.next('account', 2)).toMatchObject({ change: 'revoked', detail: expect.stringContaining('blocked') })
      expect(await web.adapter.check(AbortSignal.timeout(30_000))).toMatchObject({ ok: false, facts: { code: 'blocked' } })
      expect(web.browsers).toHaveLength(1)
      await web.close()
      const again = opened(at, keys, { times: quick })
      again.start()
      await again.state('stopped')
      expect(again.browsers).toEqual([])
      expect(JSON.parse(await readFile(`${at}/blocked.json`, 'utf8'))).toMatchObject({ state: 'TOS_BLOCK' })
    })
  },
)
