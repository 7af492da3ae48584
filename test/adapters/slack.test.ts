import { isValidSlackRequest } from '@slack/bolt'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { slack } from '../../adapters/slack/index.ts'
import { type Adapter, type HookRequest, MalformedRequest } from '../../src/channel/index.ts'
import { eventually, isEmpty, recordedRequests, signed } from '../contract/contract-bench.ts'
import { eventOf, folder, openSlack, say } from './slack-bench.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
async function open() {
  const bench = await openSlack()
  closing.push(bench.close)
  return bench
}

describe('who is let in by Slack’s signature', () => {
  // The published example: https://docs.slack.dev/authentication/verifying-requests-from-slack
  const secret = '8f742231b10e8888abcd99yyyzzz85a5'
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': '1531420618',
    'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  }
  const published: HookRequest = { method: 'POST', via: 'hook', query: {}, headers, body: new TextEncoder().encode(body) }
  const adapterAt = (seconds: number, signingSecret: string | string[] = secret) => {
    const config = slack.config.parse({ signingSecret, botToken: 'xoxb-1-2-three' })
    const deps = { now: () => new Date(seconds * 1000) } as Parameters<typeof slack.create>[1]
    return slack.create({ id: 'main' as never, config }, deps)
  }

  test('the published example is taken, and what it says is read', async () => {
    const adapter = adapterAt(1531420618 + 60)
    expect(await adapter.verify(published)).toEqual({ ok: true })
    expect(adapter.parse(published).events).toMatchObject([{ kind: 'invoked', command: 'webhook-collect', person: { key: 'U2CERLKJA' } }])
  })

  test.each([
    [-301, 'The request comes from the future.'],
    [301, 'The request is too old.'],
  ])('a signature that is %s seconds off is refused, one of 300 is not', async (off, reason) => {
    expect(await adapterAt(1531420618 + off).verify(published)).toEqual({ ok: false, status: 401, reason })
    expect(await adapterAt(1531420618 + off - Math.sign(off)).verify(published)).toEqual({ ok: true })
  })

  test('the old secret is good beside the new one, and another account’s is not', async () => {
    const now = 1531420618
    expect((await adapterAt(now, ['newer-than-it', secret]).verify(published)).ok).toBe(true)
    expect((await adapterAt(now, 'another-accounts-secret').verify(published)).ok).toBe(false)
    for (const stamp of ['', ' 1531420618', '1531420618.0', '-1531420618', 'NaN'])
      expect((await adapterAt(now).verify({ ...published, headers: { ...headers, 'x-slack-request-timestamp': stamp } })).ok).toBe(false)
  })

  test('Bolt’s own verifier takes what the emulator signs, and refuses what it signs wrongly', async () => {
    const emulator = await startSlackEmulator()
    closing.push(() => emulator.close())
    const { signingSecret } = emulator.account() as { signingSecret: string }
    const boltTakes = async () => {
      const request = await emulator.sign({ body: '{"type":"ümläut"}' })
      const given = request.headers as { readonly [name: string]: string }
      const boltHeaders = {
        'x-slack-signature': given['x-slack-signature'] ?? '',
        'x-slack-request-timestamp': Number(given['x-slack-request-timestamp']),
      }
      return isValidSlackRequest({ signingSecret, body: new TextDecoder().decode(request.body), headers: boltHeaders })
    }
    expect(await boltTakes()).toBe(true)
    for (const wrong of [{ signature: 'bad' }, { signature: 'missing' }, { skewSeconds: -400 }] as const) {
      Object.assign(emulator.slack, { signature: 'good', skewSeconds: 0 }, wrong)
      expect(await boltTakes()).toBe(false)
    }
  })

  test('the unsigned probe of a certificate gets an empty 200, whatever else it carries', async () => {
    const adapter = adapterAt(0)
    const smuggled = `ssl_check=1&payload=${encodeURIComponent(JSON.stringify({ type: 'block_actions', user: { id: 'U1' }, actions: [] }))}&command=%2Fsupport`
    const request: HookRequest = {
      ...published,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: new TextEncoder().encode(smuggled),
    }
    expect(await adapter.verify(request)).toEqual({ ok: true })
    expect(adapter.parse(request)).toEqual({ events: [], ignored: [], reply: { status: 200, body: '' } })
    expect((await adapter.verify({ ...request, body: new TextEncoder().encode('command=%2Fsupport&x=ssl_check=1') })).ok).toBe(false)
  })
})

describe('what is read', () => {
  test('whatever is changed in a form, it is read, named or malformed', async () => {
    const bench = await open()
    const adapter = bench.create()
    const forms = recordedRequests(folder).filter(({ request }) => 'text' in request)
    const payloads = forms.flatMap(({ request }) => {
      const payload = 'text' in request ? new URLSearchParams(request.text).get('payload') : null
      return payload ? [JSON.parse(payload) as object] : []
    })
    expect(payloads.length).toBeGreaterThan(5)
    const junk = fc.oneof(
      fc.constant(null),
      fc.constant(undefined),
      fc.integer(),
      fc.string(),
      fc.constant([]),
      fc.constant({}),
      fc.constant(true),
    )
    const changed = fc.asyncProperty(fc.constantFrom(...payloads), fc.nat(), junk, async (payload, where, value) => {
      const copy = structuredClone(payload)
      const spots = spotsOf(copy)
      const spot = spots[where % spots.length]!
      spot.holder[spot.key] = value
      const text = new URLSearchParams({ payload: JSON.stringify(copy) }).toString()
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const parsed = tryParse(adapter, await signed(bench.emulator, { name: '', request: { headers, text } }))
      return parsed === 'malformed' || !isEmpty(parsed)
    })
    await fc.assert(changed, { numRuns: 1500, seed: 20260102 })
    const command = forms.find(({ name }) => name.startsWith('command-in-a-channel'))!
    const fields = [...new URLSearchParams((command.request as { text: string }).text)]
    for (const [left] of fields) {
      const text = new URLSearchParams(fields.filter(([name]) => name !== left)).toString()
      const parsed = tryParse(adapter, await signed(bench.emulator, { name: '', request: { ...command.request, text } as never }))
      expect(parsed === 'malformed' || parsed.events.length + parsed.ignored.length > 0, left).toBe(true)
    }
  })

  type Spot = { readonly holder: { [key: string]: unknown }; readonly key: string }
  const spotsOf = (value: object): Spot[] =>
    Object.entries(value).flatMap(([key, part]) => [
      { holder: value as Spot['holder'], key },
      ...(typeof part === 'object' && part !== null ? spotsOf(part) : []),
    ])
  function tryParse(adapter: Adapter, request: HookRequest) {
    try {
      return adapter.parse(request)
    } catch (error) {
      if (error instanceof MalformedRequest) return 'malformed'
      throw error
    }
  }

  test('a mention is one event, however often Slack tells it; a thread of ours is followed', async () => {
    const bench = await open()
    const { emulator, door, adapter } = bench
    const office = emulator.channel('office')
    const since = door.events.length
    const root = await office.person('Bo').types('@switchboard the printer burns')
    await eventually(() => (door.events.length === since + 2 ? true : undefined))
    const [first, second] = door.events.slice(since)
    expect(second).toEqual(first)
    expect(first).toMatchObject({
      addressed: true,
      content: [{ text: 'the printer burns' }],
      from: { conversation: `${office.id}/${root}` },
    })

    await say(adapter, 'Which one?', first!.from)
    expect(office.person('Bo').in(root).sees()).toMatchObject([{ id: root }, { text: 'Which one?', thread: root }])
    const reply = await eventOf(bench, () => office.person('Cy').in(root).types('the one on floor 2'), 'message')
    expect(reply).toMatchObject({
      addressed: false,
      follows: true,
      from: { conversation: first!.from.conversation },
      person: { key: office.person('Cy').key },
    })
    const elsewhere = await eventOf(bench, () => office.person('Cy').types('lunch?'), 'message')
    expect(elsewhere).toMatchObject({
      addressed: false,
      from: { conversation: `${office.id}/${elsewhere.kind === 'message' ? elsewhere.message : ''}` },
    })
    expect(elsewhere).not.toHaveProperty('follows')
  })

  test('a reaction to an answer of ours finds its thread', async () => {
    const bench = await open()
    const office = bench.emulator.channel('office')
    const bo = office.person('Bo')
    const heard = await eventOf(bench, () => bo.types('@switchboard hi'), 'message')
    const { messages } = await say(bench.adapter, 'Hello', heard.from)
    const reaction = await eventOf(bench, () => bo.reacts(messages[0]!, '👍'), 'reaction')
    expect(reaction).toMatchObject({ emoji: '👍', on: true, message: messages[0], from: { conversation: heard.from.conversation } })
    expect(await eventOf(bench, () => bo.reacts(messages[0]!, ''), 'reaction')).toMatchObject({ on: false })
  })

  test('edits and deletions are told, unfolded links are not', async () => {
    const bench = await open()
    const ada = bench.emulator.person('Ada')
    const heard = await eventOf(bench, () => ada.types('see https://x.example'), 'message')
    const before = bench.door.events.length
    await ada.unfolds(String(heard.message))
    await ada.edits(String(heard.message), 'see there & then')
    const revision = await bench.door.next('revision', before)
    expect(bench.door.events.slice(before)).toEqual([revision])
    expect(revision).toMatchObject({ message: heard.message, content: [{ type: 'text', text: 'see there & then' }] })
    expect(await eventOf(bench, () => ada.deletes(String(heard.message)), 'revision')).toMatchObject({ content: null })
  })

  test('commands, shortcuts and the home tab lead to the person’s direct message', async () => {
    const bench = await open()
    bench.emulator.slack.formCharset = true
    const office = bench.emulator.channel('office')
    const ada = office.person('Ada')
    const direct = { conversation: ada.key, reply: { channel: ada.key } }
    const since = bench.door.events.length
    expect(await ada.commands('/support', 'my <laptop> & screen')).toMatch(/direct message/)
    const command = await bench.door.next('invoked', since)
    expect(command).toMatchObject({ command: 'support', text: 'my <laptop> & screen', from: direct })
    const receipt = await say(bench.adapter, 'What about it?', command.from)
    expect(receipt.reply).toEqual({ channel: bench.emulator.person('Ada').channel.id })
    expect(bench.emulator.person('Ada').sees().at(-1)?.text).toBe('What about it?')

    const root = await office.person('Bo').types('the screen is black')
    const aboutIt = await eventOf(bench, () => ada.uses('message', root), 'invoked')
    expect(aboutIt).toMatchObject({
      command: 'ask-support',
      text: 'the screen is black',
      data: { channel: office.id, message: root },
      from: direct,
    })
    expect(await eventOf(bench, () => ada.uses('global'), 'invoked')).toMatchObject({ command: 'ask-support', from: direct })
    expect(await eventOf(bench, () => ada.opens('home'), 'invoked')).toMatchObject({ command: 'home', from: { conversation: ada.key } })
    const [first, again] = [
      await eventOf(bench, () => ada.opens('messages'), 'contact'),
      await eventOf(bench, () => ada.opens('messages'), 'contact'),
    ]
    expect([first.change, again.id]).toEqual(['started', first.id])
  })

  test('the home tab shows what one can do and what is open, and its buttons work', async () => {
    const bench = await open()
    const ada = bench.emulator.person('Ada')
    await ada.types('hi')
    const requests = Array.from({ length: 120 }, (_, n) => ({
      number: `REQ${n}`,
      subject: n === 3 ? '*all* <!here> <@U1> `x`\n_now_' : `<printer> & ${n}`,
      status: 'Open',
      url: `https://help.example.com/r/${n}`,
    }))
    const choices = [
      { value: 'menu:create', label: 'Create Request' },
      { value: 'menu:open', label: 'Open Requests' },
      { value: 'menu:approvals', label: 'Pending Approvals' },
    ]
    await bench.adapter.home!({ key: ada.key as never }, { choices, requests })
    const { text, buttons } = ada.home()
    expect(text).toContain('<printer> & 7')
    expect(text).toContain('REQ3 · *all* <!here> <@U1> `x` _now_\nOpen')
    expect(text).toContain('REQ89 ·')
    expect(text).not.toContain('REQ90 ·')
    expect(buttons.filter(({ url }) => url !== undefined)).toHaveLength(90)
    expect(text).toContain('30 more')
    expect(buttons.slice(0, 3).map(({ label }) => label)).toEqual(choices.map(({ label }) => label))
    expect(await eventOf(bench, () => ada.presses('Pending Approvals'), 'choice')).toMatchObject({
      value: 'menu:approvals',
      from: { conversation: ada.key },
    })
    await bench.adapter.home!({ key: ada.key as never }, { choices: [], requests: [] })
    expect(ada.home().text).toContain('Nothing is open.')
  })

  test('an account whose app was removed or whose token was revoked says so', async () => {
    const bench = await open()
    for (const act of [() => bench.emulator.uninstalls(), () => bench.emulator.revokesToken()])
      expect(await eventOf(bench, async () => act(), 'account')).toMatchObject({ change: 'revoked', from: { conversation: '' } })
  })

  test('what comes again because nobody answered is taken, not dropped', async () => {
    const bench = await open()
    const since = bench.door.requests.length
    bench.emulator.faults.duplicate = 1
    await bench.emulator.person('Ada').types('twice')
    await eventually(() => (bench.door.requests.length === since + 2 ? true : undefined))
    const [first, again] = bench.door.requests.slice(since)
    expect(first!.headers).not.toHaveProperty('x-slack-retry-num')
    expect(again!.headers).toMatchObject({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' })
    expect(bench.adapter.parse(again!)).toEqual(bench.adapter.parse(first!))
  })
})
