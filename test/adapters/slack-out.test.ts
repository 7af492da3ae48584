import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { botScopes, manifest } from '../../adapters/slack/manifest.ts'
import { mrkdwnOf } from '../../adapters/slack/mrkdwn.ts'
import { parseMarkdown, toPlainText } from '../../src/channel/kit/markdown.ts'
import { attempt, clock, plan, why } from '../contract/contract-bench.ts'
import { samples } from '../contract/samples.ts'
import { eventOf, failureOf, openSlack, say } from './slack-bench.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
async function open() {
  const bench = await openSlack()
  closing.push(bench.close)
  return bench
}

describe('what is written', () => {
  test.each([
    ['**bold** word', '*bold* word'],
    ['wo**r**d', 'wo\u200b*r*\u200bd'],
    ['***both***', '_*both*_'],
    ['a & b <c>', 'a &amp; b &lt;c&gt;'],
    ['2 * 3 * 4 and snake_case_name', '2 * 3 * 4 and snake_case_name'],
    ['typed \\*stars\\* and \\_lines\\_', 'typed *\u200bstars* and _\u200blines_'],
    ['**two  \nlines**', '*two*\n*lines*'],
    ['# A **B**', '*A B*'],
    ['[x|y](https://a.example/?q=<1>|2&b)', '<https://a.example/?q=%3C1%3E%7C2&amp;b|x¦y>'],
    ['[here](javascript:alert(1))', 'here (javascript:alert(1))'],
    ['``a ` b``', 'a ` b'],
    ['**a***b*', '*a*\u200b_b_'],
    ['&lt;!channel&gt; <!here>', '&lt;!channel&gt; &lt;!here&gt;'],
    ['```\n<@U1> ``` x\n```', undefined],
  ])('%j in Slack’s marks', (markdown, written) => {
    const text = mrkdwnOf(markdown)
    if (written !== undefined) expect(text).toBe(written)
    expect(text.replaceAll(/<(https?:[^<>|]*)(\|[^<>]*)?>/g, '')).not.toMatch(/<|>(?! )|&(?!amp;|lt;|gt;)/)
  })

  test('no text in markdown can name a person, a group or a link that is not one', () => {
    const piece = fc.constantFrom(
      '*',
      '_',
      '~',
      '`',
      '<',
      '>',
      '@U1',
      '!here',
      '|',
      '&',
      ' ',
      '\n',
      'a',
      '[x](',
      ')',
      'https://x.example',
      '#',
      '- ',
      '```',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = mrkdwnOf(pieces.join(''))
        const brackets = text.match(/<[^>]*>?/g) ?? []
        return (
          brackets.every((one) => /^<(https?|mailto|tel|slack):[^<>]*>$/.test(one)) &&
          letters(text) >= letters(toPlainText(parseMarkdown(pieces.join(''))))
        )
      }),
      { numRuns: 2000, seed: 11 },
    )
  })
  const letters = (text: string) => text.replaceAll(/[^a-z]/gi, '').length

  test('an uninvited mark of the seams in a text is lost, nothing else', () => expect(mrkdwnOf('a\ue000b\ue001 **c**')).toBe('ab *c*'))

  test('a card that is decided loses its buttons, a file cannot be changed, its words can', async () => {
    const bench = await open()
    const { adapter } = bench
    const heard = await eventOf(bench, () => bench.emulator.person('Ada').types('hi'), 'message')
    const choices = [{ value: 'yes', label: 'Approve' }]
    const [card] = adapter.render([{ type: 'card', title: 'REQ1', choices }], heard.from, why)
    const { messages } = await adapter.send(card!, heard.from, attempt())
    const [decided] = adapter.render([{ type: 'card', title: 'REQ1', text: 'Approved by you.' }], heard.from, why)
    await adapter.revise!(decided!, heard.from, messages[0]!, attempt())
    expect(bench.emulator.person('Ada').sees().at(-1)).toMatchObject({ text: 'REQ1\nApproved by you.', buttons: [], edited: true })
    const failure = await failureOf(bench, adapter.revise!(decided!, heard.from, heard.message, attempt()))
    expect(failure).toMatchObject({ kind: 'rejected', code: 'cant_update_message' })
  })

  test('a person’s details come from Slack; only confirmed addresses of this workspace are vouched for', async () => {
    const bench = await open()
    const { adapter, emulator } = bench
    const ada = emulator.person('Ada Lovelace')
    const told = await adapter.profile!({ key: ada.key as never }, {} as never, AbortSignal.timeout(30_000))
    expect(told).toMatchObject({ name: 'Ada Lovelace', email: 'ada.lovelace@example.com', emailVouched: true, language: 'en-US' })
    const stranger = emulator.stranger('Mallory')
    const foreign = await adapter.profile!({ key: stranger.id as never }, {} as never, AbortSignal.timeout(30_000))
    expect(foreign).toMatchObject({ email: 'mallory@example.com', emailVouched: false })
  })

  test('check names the scopes that are missing', async () => {
    const bench = await open()
    bench.emulator.slack.scopes = botScopes.filter((scope) => scope !== 'files:write')
    expect(await bench.adapter.check(AbortSignal.timeout(30_000))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('files:write'),
    })
  })

  test('a scope for files that is missing stops files, not words; one for words stops the account', async () => {
    const bench = await open()
    const { adapter, emulator } = bench
    const heard = await eventOf(
      bench,
      () => emulator.person('Ada').sendsFile({ name: 'a.txt', mime: 'text/plain', bytes: new Uint8Array([97]) }),
      'message',
    )
    const [media] = heard.content
    const [file] = plan(samples.file!.content, bench, heard.from)
    emulator.slack.scopes = botScopes.filter((scope) => !scope.startsWith('files:'))
    const ref = media?.type === 'media' && 'ref' in media.file ? media.file.ref : null
    expect(await failureOf(bench, adapter.fetchFile!(ref, AbortSignal.timeout(30_000)))).toMatchObject({
      kind: 'rejected',
      code: 'login_page',
    })
    expect(await failureOf(bench, adapter.send(file!, heard.from, attempt()))).toMatchObject({ kind: 'rejected', code: 'missing_scope' })
    await say(adapter, 'still here', heard.from)
    emulator.slack.scopes = botScopes.filter((scope) => scope !== 'chat:write')
    expect(await failureOf(bench, say(adapter, 'not any more', heard.from))).toMatchObject({ kind: 'unauthorized', code: 'missing_scope' })
  })

  test('typing shows as a status in a thread, and asks nobody where there is none', async () => {
    const bench = await open()
    const direct = await eventOf(bench, () => bench.emulator.person('Ada').types('hi'), 'message')
    const before = bench.emulator.record.calls.length
    await bench.adapter.typing!(direct.from)
    expect(bench.emulator.record.calls.length).toBe(before)
    const thread = await eventOf(bench, () => bench.emulator.channel('office').person('Bo').types('@switchboard hi'), 'message')
    await bench.adapter.typing!(thread.from)
    expect(bench.emulator.typing).toHaveLength(1)
  })

  test('a limit of the methods for files holds back the file’s conversation, and no other', async () => {
    const bench = await open()
    const heard = await eventOf(bench, () => bench.emulator.person('Ada').types('hi'), 'message')
    const server = await throttling(() => undefined, 'files.getUploadURLExternal')
    closing.push(server.close)
    const adapter = bench.create({ ...bench.emulator.account(), apiUrl: server.url })
    closing.push(async () => adapter.close?.())
    const [file] = plan(samples.file!.content, bench, heard.from)
    expect(await failureOf(bench, adapter.send(file!, heard.from, attempt()))).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 20_000,
      only: 'conversation',
    })
    await say(adapter, 'still here', heard.from)
  })

  test('a limit of changes holds back no new message, and other changes are not tried meanwhile', async () => {
    const bench = await open()
    const heard = await eventOf(bench, () => bench.emulator.person('Ada').types('hi'), 'message')
    const asked: string[] = []
    const server = await throttling((method) => asked.push(method), 'chat.update')
    closing.push(server.close)
    const adapter = bench.create({ ...bench.emulator.account(), apiUrl: server.url })
    closing.push(async () => adapter.close?.())
    const [words] = adapter.render([{ type: 'text', text: 'You are next in line.' }], heard.from, why)
    for (let times = 0; times < 2; times++)
      expect(await failureOf(bench, adapter.revise!(words!, heard.from, heard.message, attempt()))).toMatchObject({
        kind: 'throttled',
        only: 'conversation',
      })
    await say(adapter, 'still here', heard.from)
    expect(asked).toEqual(['chat.update', 'chat.postMessage'])
  })

  test('one method that is asked to wait waits alone, and nobody is asked meanwhile', async () => {
    const bench = await open()
    const heard = await eventOf(bench, () => bench.emulator.person('Ada').types('hi'), 'message')
    let now = clock.getTime()
    const asked: string[] = []
    const server = await throttling((method) => asked.push(method))
    closing.push(server.close)
    const adapter = bench.create({ ...bench.emulator.account(), apiUrl: server.url }, () => new Date(now))
    closing.push(async () => adapter.close?.())
    const ask = () => failureOf(bench, adapter.profile!({ key: 'U1' as never }, heard.from, AbortSignal.timeout(30_000)))
    expect(await ask()).toMatchObject({ kind: 'throttled', retryAfterMs: 20_000 })
    now += 5000
    expect(await ask()).toMatchObject({ kind: 'throttled', retryAfterMs: 15_000 })
    await say(adapter, 'still here', heard.from)
    now += 16_000
    await ask()
    expect(asked).toEqual(['users.info', 'chat.postMessage', 'users.info'])
  })
})

async function throttling(note: (method: string) => void, throttled = 'users.info') {
  const server = createServer((request, response) => {
    const method = request.url!.split('/').pop()!
    note(method)
    request.resume().on('end', () => {
      if (method === throttled) response.writeHead(429, { 'retry-after': '20' }).end('{"ok":false,"error":"ratelimited"}')
      else response.end(JSON.stringify({ ok: true, channel: 'D1', ts: '1764000000.000100' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('the manifest for the admin', () => {
  test.each([false, true])('stays within Slack’s limits and names the hub only where Slack calls it (socketMode: %s)', (socketMode) => {
    const made = manifest({
      name: 'The Support Desk of Acme Corporation International',
      publicUrl: 'https://hub.example.org/desk/',
      account: 'acme',
      socketMode,
    })
    const { display_information: shown, features, settings, oauth_config } = made
    expect(shown.name.length).toBeLessThanOrEqual(35)
    expect(shown.description.length).toBeLessThanOrEqual(140)
    expect(features.bot_user.display_name.length).toBeLessThanOrEqual(80)
    for (const { name, description } of features.shortcuts)
      expect(Math.max(name.length - 24, description.length - 150)).toBeLessThanOrEqual(0)
    expect(features.app_home).toEqual({ home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false })
    expect(settings.socket_mode_enabled).toBe(socketMode)
    const addresses = JSON.stringify(made).match(/https:[^"]+/g) ?? []
    expect(new Set(addresses)).toEqual(new Set(socketMode ? [] : ['https://hub.example.org/desk/hooks/slack/acme']))
    expect(new Set(oauth_config.scopes.bot).size).toBe(botScopes.length)
  })
})
