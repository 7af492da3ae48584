import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { whatsAppText } from '../../adapters/whatsapp/dialect.ts'
import { startWhatsAppEmulator, type WhatsAppEmulator } from '../../adapters/whatsapp/emulator.ts'
import { whatsapp } from '../../adapters/whatsapp/index.ts'
import { recipientOf } from '../../adapters/whatsapp/send.ts'
import { type Address, type Content, type InboundEvent, id } from '../../src/channel/index.ts'
import { attempt, type Bench, degraded, eventually, openBench, openConversation, why } from '../contract/contract-bench.ts'

const folder = new URL('../../adapters/whatsapp/', import.meta.url)
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
type WhatsAppBench = Omit<Bench, 'emulator'> & { readonly emulator: WhatsAppEmulator }
async function open(): Promise<WhatsAppBench> {
  const bench = (await openBench({ definition: whatsapp, startEmulator: startWhatsAppEmulator, folder })) as WhatsAppBench
  closing.push(bench.close)
  return bench
}
const event = async <Kind extends InboundEvent['kind']>(bench: Bench, act: () => unknown, kind: Kind) => {
  const since = bench.door.events.length
  await act()
  return bench.door.next(kind, since)
}
const say = async ({ adapter }: Bench, content: Content, to: Address) => {
  for (const payload of adapter.render([content], to, why)) await adapter.send(payload, to, attempt())
}
const failing = ({ adapter }: Bench, content: Content, to: Address) =>
  adapter.send(adapter.render([content], to, why)[0]!, to, attempt()).then(() => expect.fail('it was sent'), adapter.classify)
const text = (words: string): Content => ({ type: 'text', text: words })
const lastSent = (bench: WhatsAppBench) => bench.emulator.record.accepted.at(-1)?.payload as { readonly [key: string]: unknown }
const image: Content = { type: 'media', kind: 'image', file: { stored: id('image'), mime: 'image/png', name: 'screen.png' } }

describe('people in WhatsApp', () => {
  test('somebody without a number is heard, answered and told apart like everybody else', async () => {
    const bench = await open()
    const dana = bench.emulator.person('Dana', { phone: false })
    const heard = await event(bench, () => dana.types('no phone'), 'message')
    expect(heard).toMatchObject({ person: { key: dana.key, name: 'Dana' }, from: { conversation: dana.key } })
    expect(JSON.stringify(heard.from.reply)).not.toContain('waId')
    await say(bench, text('hello'), heard.from)
    expect(lastSent(bench)).toMatchObject({ recipient: dana.key, type: 'text' })
    expect(lastSent(bench)).not.toHaveProperty('to')
    expect(dana.sees().at(-1)?.text).toBe('hello')
    const read = await event(bench, () => dana.reads(), 'receipt')
    expect(read.from.conversation).toBe(heard.from.conversation)
  })

  test('a number that disappears changes neither person nor conversation', async () => {
    const bench = await open()
    const dana = bench.emulator.person('Dana')
    const before = await event(bench, () => dana.types('with a number'), 'message')
    dana.hidesNumber()
    const after = await event(bench, () => dana.types('without'), 'message')
    expect(after.from.conversation).toBe(before.from.conversation)
    expect(after.person.key).toBe(before.person.key)
  })

  test('no key contains a number, not even where WhatsApp tells nothing else', async () => {
    const bench = await open()
    const value = (wa: string) => ({
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
      contacts: [{ profile: { name: 'Old' }, wa_id: wa }],
      messages: [{ from: wa, id: `wamid.${wa}`, timestamp: '1790000001', type: 'text', text: { body: 'hi' } }],
    })
    const parse = async (wa: string) => {
      const body = JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [{ id: '1', changes: [{ field: 'messages', value: value(wa) }] }],
      })
      const [only] = bench.create().parse(await bench.emulator.sign({ body })).events
      return only as Extract<InboundEvent, { kind: 'message' }>
    }
    const [one, again, other] = [await parse('16505551234'), await parse('16505551234'), await parse('16505551235')]
    expect(one.person.key).not.toContain('6505551234')
    expect(one.from.conversation).not.toContain('6505551234')
    expect([again.person.key, again.from.conversation]).toEqual([one.person.key, one.from.conversation])
    expect(other.person.key).not.toBe(one.person.key)
    expect(one.from.reply).toEqual({ waId: '16505551234', message: 'wamid.16505551234' })
  })

  test('a status finds its conversation by what we sent along, whatever it calls the person', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Dana')
    const receipt = await event(bench, () => say(bench, text('hello'), to), 'receipt')
    expect(receipt.from.conversation).toBe(to.conversation)
    const bodies = bench.door.requests.map(({ body }) => Buffer.from(body).toString('utf8'))
    expect(bodies.some((body) => body.includes('"statuses"') && body.includes(`sb1:${to.conversation}`))).toBe(true)
  })

  test('edits, deletions, reactions and replies name the message that they are about', async () => {
    const bench = await open()
    const dana = bench.emulator.person('Dana')
    const { message, from } = await event(bench, () => dana.types('first'), 'message')
    expect(await event(bench, () => dana.edits(message, 'better'), 'revision')).toMatchObject({ message, content: [{ text: 'better' }] })
    expect(await event(bench, () => dana.deletes(message), 'revision')).toMatchObject({ message, content: null })
    await say(bench, text('an answer'), from)
    const ours = dana.sees().at(-1)!.id
    expect(await event(bench, () => dana.reacts(ours, '👍'), 'reaction')).toMatchObject({ message: ours, emoji: '👍', on: true })
    expect(await event(bench, () => dana.types('about that', ours), 'message')).toMatchObject({ replyTo: ours })
  })

  test('50 messages of 10 people in one webhook are 50 messages, and a batch of 3 MB is read whole', async () => {
    const bench = await open()
    const before = bench.door.requests.length
    await bench.emulator.together(async () => {
      for (let n = 0; n < 50; n++) await bench.emulator.person(`Person ${n % 10}`).types(`${n}`)
    })
    const heard = () => bench.door.events.filter((one) => one.kind === 'message')
    expect([bench.door.requests.length - before, heard().length]).toEqual([1, 50])
    expect(new Set(heard().map(({ from }) => from.conversation)).size).toBe(10)
    await bench.emulator.together(async () => {
      for (let n = 0; n < 1000; n++) await bench.emulator.person('Dana').types(`${n} ${'x'.repeat(2900)}`)
    })
    expect(heard().length).toBe(1050)
  })
})

describe('what goes out to WhatsApp', () => {
  test('three short choices are buttons; longer or more ones are a list', async () => {
    const bench = await open()
    const { to, person } = await openConversation(bench, 'Dana')
    const choices = (count: number, label: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => ({ value: `v${n}`, label: label(n) }))
    const kind = async (content: Content) => {
      for (const one of degraded(content, bench.can)) await say(bench, one, to)
      return (lastSent(bench).interactive as { type?: string } | undefined)?.type ?? lastSent(bench).type
    }
    const ask = (count: number, label: (n: number) => string): Content => ({
      type: 'choices',
      text: 'Which?',
      choices: choices(count, label),
    })
    expect(await kind(ask(3, (n) => `Short ${n}`))).toBe('button')
    expect(await kind(ask(2, (n) => `A label of 22 letters ${n}`.slice(0, 23)))).toBe('list')
    expect(await kind(ask(10, (n) => `Row ${n}`))).toBe('list')
    const chosen = await event(bench, () => person.presses('Row 7'), 'choice')
    expect(chosen).toMatchObject({ value: 'v7', label: 'Row 7', message: person.sees().at(-2)?.id })
    expect(await kind(ask(11, (n) => `Row ${n}`))).toBe('text')
  })

  test('a card stands under its picture with its buttons, or with its link as one', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Dana')
    const file = { stored: id<never>('image'), mime: 'image/png', name: 'screen.png' }
    await say(bench, { type: 'card', title: 'Laptop', text: 'On loan', image: file, choices: [{ value: 'y', label: 'Yes' }] }, to)
    await say(bench, { type: 'card', title: 'Guide', link: { label: 'Open', url: 'https://help.example.com/1' } }, to)
    expect(seen()).toMatchObject([
      { text: '*Laptop*\n\nOn loan', media: { kind: 'image' }, buttons: [{ label: 'Yes', value: 'y' }] },
      { text: '*Guide*', buttons: [{ label: 'Open', url: 'https://help.example.com/1' }] },
    ])
  })

  test('outside of 24 hours only a template goes out, and only as it was approved', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Dana')
    bench.emulator.person('Dana').isSilentFor(25)
    expect(await failing(bench, text('late'), to)).toMatchObject({ kind: 'unreachable', code: 'needs_template' })
    const template = (more: object) =>
      ({ type: 'template', name: 'request_update', language: 'en', values: ['1042\nnow'], text: '', ...more }) as Content
    await say(bench, template({}), to)
    expect(seen().at(-1)?.text).toBe('News on request 1042 now.')
    expect(await failing(bench, template({ values: [] }), to)).toMatchObject({ kind: 'rejected', code: 'bad_template' })
    expect(await failing(bench, template({ language: 'de' }), to)).toMatchObject({ kind: 'rejected', code: 'bad_template' })
  })

  test('templates with values in their title, picture, words by name and buttons are told and go out; a code is not offered', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Dana')
    const told = await bench.adapter.templates!(AbortSignal.timeout(30_000))
    expect(told.map(({ name }) => name).sort()).toEqual(['gift', 'order_shipped', 'request_update', 'welcome_picture'])
    const go = async (name: string, values: readonly string[]) => {
      const { language, layout } = told.find((one) => one.name === name)!
      const template: Content = { type: 'template', name, language, values, text: '', ...(layout === undefined ? {} : { layout }) }
      for (const payload of bench.adapter.render([template], to, why)) await bench.adapter.send(payload, to, attempt())
    }
    const shipped = told.find(({ name }) => name === 'order_shipped')!
    expect(shipped).toMatchObject({
      text: 'Order {{1}}\n\nHello {{2}}, it comes on {{3}}. Ask for {{2}}.\n\nAcme\n\n[Track: https://track.example.com/{{4}}]',
      values: 4,
    })
    await go('order_shipped', ['1042', 'Dana', 'Monday', 'a/b'])
    expect(seen().at(-1)).toMatchObject({
      text: 'Order 1042\n\nHello Dana, it comes on Monday. Ask for Dana.\n\nAcme',
      buttons: [{ label: 'Track', url: 'https://track.example.com/a/b' }],
    })
    await go('welcome_picture', ['https://help.example.com/hello.png', 'Dana'])
    expect(seen().at(-1)?.text).toBe('<https://help.example.com/hello.png>\n\nWelcome, Dana.')
    await go('gift', ['SAVE10'])
    expect(seen().at(-1)?.text).toBe('For you.\n\n[SAVE10]')
    await expect(go('welcome_picture', ['no address', 'Dana'])).rejects.toMatchObject({ code: '131009' })
  })

  test('too much to one person waits 1, 4, 16 … seconds, 17 minutes at most, and begins anew after a success', async () => {
    const bench = await open()
    const [dana, uwe] = [await openConversation(bench, 'Dana'), await openConversation(bench, 'Uwe')]
    const waits: (number | undefined)[] = []
    const refuse = async (to: Address) => {
      bench.emulator.answerNext({ status: 400, body: { error: { code: 131056, message: 'x' } } })
      waits.push((await failing(bench, text('x'), to)).retryAfterMs)
    }
    for (let n = 0; n < 7; n++) await refuse(dana.to)
    await refuse(uwe.to)
    await say(bench, text('at last'), dana.to)
    await refuse(dana.to)
    expect(waits).toEqual([1000, 4000, 16_000, 64_000, 256_000, 1_024_000, 1_024_000, 1000, 1000])
  })

  test('the pair rate of the platform is met: one person is refused while another is served', async () => {
    const bench = await open()
    const [dana, uwe] = [await openConversation(bench, 'Dana'), await openConversation(bench, 'Uwe')]
    bench.emulator.countPairs({ burst: 2, everyMs: 60_000 })
    await say(bench, text('1'), dana.to)
    await say(bench, text('2'), dana.to)
    expect(await failing(bench, text('3'), dana.to)).toMatchObject({
      kind: 'throttled',
      code: 'too_many_to_one_person',
      retryAfterMs: 1000,
      only: 'conversation',
    })
    await say(bench, text('1'), uwe.to)
    bench.emulator.countPairs(null)
    await say(bench, text('3'), dana.to)
  })

  test.each([
    [131026, 'undeliverable'],
    [131047, 'needs_template'],
  ])('what was taken and fails a moment later with %i is told as %s', async (code, name) => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Dana')
    bench.emulator.failLater(code)
    const receipt = await event(bench, () => say(bench, text('x'), to), 'receipt')
    expect(receipt).toMatchObject({ status: 'failed', failure: { kind: 'unreachable', code: name } })
  })

  test('a message that fails later for what is wrong with the account shows on the account as well', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Dana')
    bench.emulator.failLater(131042)
    const since = bench.door.events.length
    await say(bench, text('x'), to)
    expect(await bench.door.next('receipt', since)).toMatchObject({ status: 'failed', failure: { kind: 'unauthorized', code: 'payment' } })
    expect(await bench.door.next('account', since)).toMatchObject({ change: 'limited', detail: expect.stringContaining('payment method') })
  })

  test('reading and writing are shown on the newest message, and nothing where there is none', async () => {
    const bench = await open()
    const { to, heard } = await openConversation(bench, 'Dana')
    await bench.adapter.acknowledge!(heard)
    await bench.adapter.typing!(to)
    const calls = bench.emulator.record.calls.length
    await bench.adapter.typing!({ ...to, reply: { bsuid: to.conversation } })
    expect(bench.emulator.record.calls.length).toBe(calls)
    expect(bench.emulator.record.calls.filter(({ method, status }) => method === 'POST messages' && status === 200)).toHaveLength(2)
  })

  test('a group is written to as a group, and has no buttons', async () => {
    const bench = await open()
    const to: Address = { channel: 'whatsapp', account: id('main'), conversation: id('group:G1'), reply: { group: 'G1' } }
    expect(bench.adapter.narrow!(to)).toMatchObject({ choices: false, card: false })
    expect(recipientOf(to)).toEqual({ recipient_type: 'group', to: 'G1' })
    expect(bench.adapter.narrow!({ ...to, reply: { bsuid: 'US.1' } })).toEqual({})
  })
})

describe('files in WhatsApp', () => {
  const receive = async (bench: WhatsAppBench) => {
    const file = { name: 'a.pdf', mime: 'application/pdf', bytes: new TextEncoder().encode('%PDF bytes') }
    const { content } = await event(bench, () => bench.emulator.person('Dana').sendsFile(file), 'message')
    return (content[0] as Extract<Content, { type: 'media' }>).file as { readonly ref: { readonly media: string } }
  }

  test('an address that has expired is asked for anew, once', async () => {
    const bench = await open()
    const { ref } = await receive(bench)
    bench.emulator.expireAddresses(1)
    const file = await bench.adapter.fetchFile!(ref, AbortSignal.timeout(30_000))
    expect(await new Response(file.body).text()).toBe('%PDF bytes')
    bench.emulator.expireAddresses(2)
    const failure = await bench.adapter.fetchFile!(ref, AbortSignal.timeout(30_000)).then(() => undefined, bench.adapter.classify)
    expect(failure).toMatchObject({ kind: 'rejected' })
  })

  test('our token is shown to nobody but Meta', async () => {
    const bench = await open()
    const config = whatsapp.config.parse(bench.emulator.account())
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(String(input))
      return new Response(null, { status: 307, headers: { location: 'https://evil.example/take' } })
    }
    const adapter = whatsapp.create({ id: id('main'), config }, { fetch, now: () => new Date(), log: { info() {}, warn() {} } } as never)
    closing.push(async () => adapter.close?.())
    const { ref } = await receive(bench)
    const failure = await adapter.fetchFile!(ref, AbortSignal.timeout(30_000)).then(() => undefined, adapter.classify)
    expect(failure).toMatchObject({ kind: 'rejected', code: 'foreign_host' })
    expect(asked.every((url) => url.startsWith(bench.emulator.url))).toBe(true)
  })

  test('an upload is remembered, and done again when WhatsApp has forgotten it', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Dana')
    const uploads = () => bench.emulator.record.calls.filter(({ method }) => method === 'POST media').length
    await say(bench, image, to)
    await say(bench, image, to)
    expect(uploads()).toBe(1)
    bench.emulator.answerNext({ status: 400, body: { error: { code: 131009, message: 'x' } } })
    await say(bench, image, to)
    expect([uploads(), seen().filter(({ media }) => media).length]).toEqual([2, 3])
  })
})

describe("WhatsApp's way of writing", () => {
  test.each([
    ['**bold** and *thin*', '*bold* and _thin_'],
    ['~~gone~~ `code`', '~gone~ `code`'],
    ['**two\nlines**', '*two*\n*lines*'],
    ['[the page](https://x.example/)', 'the page (https://x.example/)'],
    ['<https://x.example/>', 'https://x.example/'],
    ['1. one\n2. two', '1. one\n2. two'],
    ['- a\n- b', '- a\n- b'],
    ['# Title', '*Title*'],
    ['```js\nlet a = `b`\n```', '```let a = `b````'],
    ['**5 * 6 = 30**', '5 * 6 = 30'],
  ])('%j is %j', (markdown, written) => expect(whatsAppText(markdown, 4096)).toBe(written))

  test('is never longer than it may be, if what was written is not', () => {
    const piece = fc.constantFrom(
      '**b**',
      '*i*',
      '`c`',
      '\n',
      '\n\n',
      '- ',
      '# ',
      '> ',
      'word ',
      '[l](http://x.y)',
      '```\n',
      '***',
      '**x\ny\nz**',
    )
    const property = fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const markdown = pieces.join('')
      return whatsAppText(markdown, markdown.length).length <= markdown.length
    })
    fc.assert(property, { numRuns: 2000, seed: 11 })
  })
})

describe('the account of a number', () => {
  test('connect points this number at the hub, and WhatsApp tries the address first', async () => {
    const bench = await open()
    const before = bench.door.requests.filter(({ method }) => method === 'GET').length
    await bench.adapter.subscribe!(bench.door.url)
    expect(bench.door.requests.filter(({ method }) => method === 'GET').length).toBe(before + 1)
    await expect(bench.adapter.subscribe!(new URL('http://127.0.0.1:9/'))).rejects.toSatisfy(
      (error) => bench.adapter.classify(error).code === 'callback_failed',
    )
    const health = await bench.adapter.check(AbortSignal.timeout(30_000))
    expect(health).toMatchObject({ ok: true, facts: { number: '+15550783881', quality: 'GREEN', subscribedApps: ['Switchboard'] } })
  })

  test('an account that no app is subscribed to says that nothing comes in, until connect', async () => {
    const bench = await open()
    const silent = await startWhatsAppEmulator()
    closing.push(() => silent.close())
    const adapter = bench.create(silent.account())
    closing.push(async () => adapter.close?.())
    expect((await adapter.check(AbortSignal.timeout(30_000))).detail).toContain('nothing comes in')
    await adapter.subscribe!(bench.door.url)
    expect((await adapter.check(AbortSignal.timeout(30_000))).detail).not.toContain('nothing comes in')
  })

  test('a revoked token stops the account, a busy minute does not', async () => {
    const bench = await open()
    const revoked = await event(bench, () => bench.emulator.tells({ error: { code: 190, title: 'x' } }), 'account')
    expect(revoked).toMatchObject({ change: 'revoked', detail: expect.stringContaining('190') })
    const count = bench.door.events.length
    bench.emulator.tells({ error: { code: 130429, title: 'x' } })
    await eventually(() => (bench.emulator.pending() === 0 ? true : undefined))
    expect(bench.door.events.length).toBe(count)
  })

  test('each transport has its own keys', () => {
    const web = { transport: 'web', sessionDir: 'data/whatsapp', chromiumPath: '/usr/bin/chromium' }
    expect(whatsapp.config.parse(web)).toEqual(web)
    expect(() => whatsapp.config.parse({ ...web, accessToken: 'EAAB12345678' })).toThrow('accessToken')
    expect(() => whatsapp.config.parse({ transport: 'carrier-pigeon' })).toThrow('transport')
    const cloud = { transport: 'cloud', appSecret: 's', verifyToken: 'v', accessToken: 'EAAB12345678', phoneNumberId: '+43 1 234' }
    expect(() => whatsapp.config.parse(cloud)).toThrow('not the number itself')
  })
})
