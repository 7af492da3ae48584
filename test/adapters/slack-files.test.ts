import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Logger, LogLevel, WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { isSlackUrl } from '../../adapters/slack/hosts.ts'
import { slack } from '../../adapters/slack/index.ts'
import type { InboundEvent, Json } from '../../src/channel/index.ts'
import { attempt, type Bench, openBench, plan } from '../contract/contract-bench.ts'
import { samples } from '../contract/samples.ts'

let bench: Omit<Bench, 'emulator'> & { readonly emulator: SlackEmulator }
let elsewhere: Server
let reached: { readonly url: string; readonly authorization: string | undefined }[]
beforeEach(async () => {
  const folder = new URL('../../adapters/slack/', import.meta.url)
  bench = (await openBench({ definition: slack as never, startEmulator: startSlackEmulator, folder })) as unknown as typeof bench
  reached = []
  elsewhere = createServer((request, response) => {
    reached.push({ url: request.url!, authorization: request.headers.authorization })
    request.resume().on('end', () => response.end('OK'))
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await bench.close()
  elsewhere.closeAllConnections()
  elsewhere.close()
})
const elsewhereUrl = () => `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
const heardFrom = async (act: () => Promise<unknown>): Promise<Extract<InboundEvent, { kind: 'message' }>> => {
  const since = bench.door.events.length
  await act()
  return bench.door.next('message', since)
}
const refOf = (event: Extract<InboundEvent, { kind: 'message' }>): Json => {
  const media = event.content.find((one) => one.type === 'media')
  return (media!.file as { readonly ref: Json }).ref
}
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it worked'),
    (error: unknown) => bench.adapter.classify(error),
  )
const pdf = { name: 'form.pdf', mime: 'application/pdf', bytes: new TextEncoder().encode('%PDF-1.7') }
const fetchIt = (ref: Json) => bench.adapter.fetchFile!(ref, AbortSignal.timeout(30_000))

describe('a file that goes out', () => {
  test('is shared by three calls, the token stays with the Web API, and the message is known by its number', async () => {
    const { from } = await heardFrom(() => bench.emulator.person('Ada').types('hi'))
    const [payload] = plan(samples.file!.content, bench, from)
    const receipt = await bench.adapter.send(payload!, from, attempt())
    expect(bench.emulator.record.calls.map(({ method }) => method)).toEqual([
      'files.getUploadURLExternal',
      'files.completeUploadExternal',
      'files.info',
    ])
    expect(bench.emulator.uploads).toEqual([{ path: expect.stringMatching(/^\/upload/), authorization: undefined }])
    expect(receipt.messages).toEqual([bench.emulator.person('Ada').sees().at(-1)!.id])
  })

  test('waits until Slack has shown it, so that what is said next stands below', async () => {
    const { from } = await heardFrom(() => bench.emulator.person('Ada').types('hi'))
    bench.emulator.slack.shareDelayMs = 150
    const [payload] = plan(samples.file!.content, bench, from)
    const receipt = await bench.adapter.send(payload!, from, attempt())
    expect(receipt.messages[0]).toMatch(/^\d+\.\d{6}$/)
    bench.emulator.slack.shareDelayMs = 60_000
    expect((await bench.adapter.send(payload!, from, attempt())).messages[0]).toMatch(/^file:F/)
  })

  test('goes into the thread, and to a person whose direct message is not open yet', async () => {
    const office = bench.emulator.channel('office')
    const { from, message } = await heardFrom(() => office.person('Bo').types('@switchboard hi'))
    const [payload] = plan(samples.image!.content, bench, from)
    await bench.adapter.send(payload!, from, attempt())
    expect(bench.emulator.messages(office.id).at(-1)).toMatchObject({ thread: message, media: { kind: 'image' } })
    const bo = bench.emulator.person('Bo')
    const direct = { ...from, conversation: bo.key as never, reply: { channel: bo.key } }
    expect(await bench.adapter.send(payload!, direct, attempt())).toMatchObject({ reply: { channel: bo.channel.id } })
  })

  test('is given to no host but Slack’s, and nothing was sent', async () => {
    const { from } = await heardFrom(() => bench.emulator.person('Ada').types('hi'))
    bench.emulator.slack.uploadUrl = elsewhereUrl()
    const [payload] = plan(samples.file!.content, bench, from)
    expect(await failure(bench.adapter.send(payload!, from, attempt()))).toMatchObject({ kind: 'rejected', code: 'foreign_upload_host' })
    expect([reached, bench.emulator.record.accepted]).toEqual([[], []])
  })

  test('that fails before it is shared was not sent', async () => {
    const { from } = await heardFrom(() => bench.emulator.person('Ada').types('hi'))
    bench.emulator.slack.uploadUrl = `${bench.emulator.url}/nowhere`
    const [payload] = plan(samples.file!.content, bench, from)
    expect(await failure(bench.adapter.send(payload!, from, attempt()))).toMatchObject({ kind: 'transient' })
    const gone = { ...(payload as { readonly file: object }), file: { stored: 'no-such-file' } }
    expect(await failure(bench.adapter.send(gone as never, from, attempt()))).toMatchObject({ kind: 'transient', code: 'not_prepared' })
  })
})

describe('a file that came in', () => {
  test('of another organisation is asked for first', async () => {
    const event = await heardFrom(() => bench.emulator.person('Ada').sendsFile({ ...pdf, connect: true }))
    expect(refOf(event)).toEqual({ fileId: expect.any(String) })
    const file = await fetchIt(refOf(event))
    expect([file.mime, file.name, await new Response(file.body).text()]).toEqual(['application/pdf', 'form.pdf', '%PDF-1.7'])
  })

  test('is not the login page that Slack shows in its place, also where it is a page itself', async () => {
    const page = { name: 'page.html', mime: 'text/html', bytes: new TextEncoder().encode('<p>mine</p>') }
    const [form, html] = [
      await heardFrom(() => bench.emulator.person('Ada').sendsFile(pdf)),
      await heardFrom(() => bench.emulator.person('Ada').sendsFile(page)),
    ]
    expect(await new Response((await fetchIt(refOf(html))).body).text()).toBe('<p>mine</p>')
    bench.emulator.slack.loginPage = true
    for (const event of [form, html]) expect(await failure(fetchIt(refOf(event)))).toMatchObject({ kind: 'rejected', code: 'login_page' })
  })

  test.each([
    ['another host', () => `${elsewhereUrl()}/file`],
    ['a name that only looks like Slack’s', () => 'https://files.slack.com.evil.example/file'],
    ['the machine itself', () => 'http://169.254.169.254/latest/meta-data'],
    ['a file of the machine', () => 'file:///etc/passwd'],
    ['a name before an @', () => 'https://files.slack.com@evil.example/'],
  ])('is not fetched from %s', async (_, url) => {
    expect(await failure(fetchIt({ fileId: 'F1', url: url() }))).toMatchObject({ kind: 'rejected', code: 'foreign_file_host' })
    expect(reached).toEqual([])
  })

  test('is not followed out of Slack, and the token does not go along', async () => {
    const redirecting = createServer((request, response) => {
      reached.push({ url: request.url!, authorization: request.headers.authorization })
      response.writeHead(302, { location: `${elsewhereUrl()}/stolen` }).end()
    })
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`
    const adapter = bench.create({ ...bench.emulator.account(), apiUrl: `${origin}/api/` })
    expect(await failure(adapter.fetchFile!({ fileId: 'F1', url: `${origin}/f` }, AbortSignal.timeout(30_000)))).toMatchObject({
      code: 'foreign_file_host',
    })
    expect(reached.map(({ url }) => url)).toEqual(['/f'])
    await adapter.close?.()
    redirecting.closeAllConnections()
    redirecting.close()
  })

  test('may be at Slack, at GovSlack and where apiUrl is', () => {
    const api = 'https://slack.com/api/'
    expect(isSlackUrl('https://files.slack.com/files-pri/T1-F1/a', api)).toBe(true)
    expect(isSlackUrl('https://files.slack-gov.com/a', 'https://slack-gov.com/api/')).toBe(true)
    for (const url of ['http://files.slack.com/a', 'https://notslack.com/a', 'https://slack.com.example/', '', undefined, 7])
      expect(isSlackUrl(url, api)).toBe(false)
  })
})

const nothing = () => undefined
const logger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
}

describe('the Web API of the emulator, asked by Slack’s own client', () => {
  const client = () => {
    const { botToken, apiUrl } = bench.emulator.account() as { botToken: string; apiUrl: string }
    return new WebClient(botToken, {
      slackApiUrl: apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger,
    })
  }

  test('takes messages, changes, reactions, views and files', async () => {
    const web = client()
    const ada = bench.emulator.person('Ada')
    const sent = await web.chat.postMessage({ channel: ada.key, text: '*Hi* &amp; hello' })
    await web.chat.update({ channel: sent.channel!, ts: sent.ts!, text: 'Better' })
    await web.reactions.add({ channel: sent.channel!, timestamp: sent.ts!, name: 'tada' })
    await web.filesUploadV2({ channel_id: sent.channel!, file: Buffer.from('abc'), filename: 'a.txt', initial_comment: 'look' })
    expect(ada.sees()).toMatchObject([
      { text: 'Better', edited: true, reaction: '🎉' },
      { text: 'look', media: { name: 'a.txt' } },
    ])
    expect((await web.users.info({ user: ada.key, include_locale: true })).user?.profile?.email).toBe('ada@example.com')
    expect((await web.auth.test()).user_id).toBe('U0HUB')
    await web.views.publish({ user_id: ada.key, view: { type: 'home', blocks: [{ type: 'divider' }] } })
    expect(bench.emulator.uploads[0]?.authorization).toMatch(/^Bearer/)
  })

  test('refuses in the words of Slack', async () => {
    const web = client()
    await bench.emulator.person('Ada').types('hi')
    const why = (work: Promise<unknown>) =>
      work.then(
        () => 'it worked',
        (error: { readonly data?: { readonly error: string }; readonly code: string; readonly retryAfter?: number }) =>
          error.data?.error ?? `${error.code} ${error.retryAfter ?? ''}`,
      )
    const channel = bench.emulator.person('Ada').channel.id
    const section = (text: string) => [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text } }]
    expect(await why(web.chat.postMessage({ channel: 'C404', text: 'x' }))).toBe('channel_not_found')
    expect(await why(web.chat.postMessage({ channel, text: '' }))).toBe('no_text')
    expect(await why(web.chat.postMessage({ channel, text: 'x', blocks: section('x'.repeat(3001)) }))).toBe('invalid_blocks')
    expect(await why(web.chat.update({ channel, ts: '1.000001', text: 'x' }))).toBe('message_not_found')
    expect(
      await why(new WebClient('xoxb-other', { slackApiUrl: `${bench.emulator.url}/api/`, retryConfig: { retries: 0 } }).auth.test()),
    ).toBe('invalid_auth')
    const office = bench.emulator.channel('office')
    await office.removesBot('Bo')
    expect(await why(web.chat.postMessage({ channel: office.id, text: 'x' }))).toBe('not_in_channel')
    bench.emulator.faults.throttle = { share: 1, retryAfterSeconds: 9 }
    expect(await why(web.chat.postMessage({ channel, text: 'x' }))).toBe('slack_webapi_rate_limited_error 9')
  })

  test('an answer to a press works five times', async () => {
    const ada = bench.emulator.person('Ada')
    const { from } = await heardFrom(() => ada.types('hi'))
    const [payload] = plan(samples['choices-yes-no']!.content, bench, from)
    await bench.adapter.send(payload!, from, attempt())
    await ada.presses('Yes')
    const pressed = bench.door.requests.at(-1)!
    const { response_url } = JSON.parse(new URLSearchParams(new TextDecoder().decode(pressed.body)).get('payload')!) as {
      response_url: string
    }
    const answer = () => fetch(response_url, { method: 'POST', body: JSON.stringify({ text: 'only for you' }) })
    const statuses: number[] = []
    for (let times = 0; times < 6; times++) statuses.push((await answer()).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404])
    expect(ada.sees().at(-1)).toMatchObject({ text: 'only for you', only: ada.key })
  })
})
