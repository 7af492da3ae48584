import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type HookRequest, MalformedRequest, type Parsed } from '../../src/channel/index.ts'
import { parseMarkdown, toPlainText } from '../../src/channel/kit/markdown.ts'
import {
  asJson,
  type Bench,
  type Contract,
  clock,
  eventually,
  expectGolden,
  frozen,
  isEmpty,
  openConversation,
  recordedRequests,
  signed,
} from './contract-bench.ts'
import { family, hostile } from './samples.ts'

/** What every adapter promises about what comes in. */
export function inbound({ definition, folder }: Contract, bench: () => Bench) {
  const recorded = recordedRequests(folder)
  const posts = recorded.filter(({ request }) => request.method !== 'GET')
  const fixed = () => bench().create()
  const named = (start: string) => recorded.filter(({ name }) => name.startsWith(start))
  const sample = posts[0]!

  describe('in: who is let in', () => {
    test('creating an adapter asks nobody anything', async () => {
      const { emulator, fetched } = bench()
      const before = [emulator.record.calls.length, fetched.length]
      fixed()
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect([emulator.record.calls.length, fetched.length]).toEqual(before)
    })

    test('a request that the platform signed is taken', async () => {
      expect(await fixed().verify(await signed(bench().emulator, sample))).toEqual({ ok: true })
    })

    test('a request without any of its headers is refused, and so is one with another value in any header that matters', async () => {
      const adapter = fixed()
      const request = await signed(bench().emulator, sample)
      const bare = { ...request, headers: { 'content-type': request.headers['content-type'] ?? 'application/json' } }
      expect(await adapter.verify(bare)).toMatchObject({ ok: false })
      const ours = Object.keys(request.headers).filter((name) => !/^(content-type|content-length|host|user-agent|accept.*)$/.test(name))
      const altered = ours.flatMap((name) =>
        ['', 'x', `${request.headers[name]}x`, flipped(request.headers[name]!), request.headers[name]!.slice(0, -1)].map((value) => ({
          name,
          value,
        })),
      )
      let refused = 0
      for (const { name, value } of altered) {
        const verdict = await adapter.verify({ ...request, headers: { ...request.headers, [name]: value } })
        bench().said.push(verdict)
        if (!verdict.ok) refused++
      }
      expect(ours.length).toBeGreaterThan(0)
      expect(refused).toBe(altered.length)
    })

    test('an altered body and an old or future request are refused where the signature tells', async () => {
      const { emulator } = bench()
      const { coversBody, maxAgeSeconds } = emulator.signature
      const adapter = fixed()
      const request = await signed(emulator, sample)
      const tampered = { ...request, body: new Uint8Array([...request.body, 32]) }
      expect((await adapter.verify(tampered)).ok).toBe(!coversBody)
      if (maxAgeSeconds === null) return
      for (const seconds of [-maxAgeSeconds - 60, maxAgeSeconds + 60]) {
        const stale = await emulator.sign({ body: request.body }, new Date(clock.getTime() + seconds * 1000))
        expect(await adapter.verify(stale), `${seconds} s`).toMatchObject({ ok: false })
      }
    })
  })

  describe('in: what is read', () => {
    test('a foreign body is malformed, never a crash', async () => {
      const adapter = fixed()
      const whole = JSON.stringify('body' in sample.request ? sample.request.body : {})
      const bodies: (string | Uint8Array)[] = [
        '',
        'not json',
        'null',
        '[]',
        '"text"',
        '{"a":1}',
        whole.slice(0, -7),
        `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
        `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
        new Uint8Array([0, 255, 254, 128, 10, 13, 0]),
        new Uint8Array(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)),
      ]
      for (const body of bodies) {
        const request = await bench().emulator.sign({ body }, clock)
        expect(await adapter.verify(request)).toHaveProperty('ok')
        const parsed = tryParse(() => adapter.parse(request))
        if (parsed !== 'malformed') expect(parsed.events).toEqual([])
      }
      for (const body of ['not json', whole.slice(0, -7), new Uint8Array([0, 255, 254])]) {
        const request = await bench().emulator.sign({ body }, clock)
        expect(tryParse(() => adapter.parse(request))).toBe('malformed')
      }
    })

    test('there are recorded requests of at least ten kinds', () => expect(recorded.length).toBeGreaterThanOrEqual(10))

    test.each(recorded.map((one) => [one.name, one] as const))('%s says what its golden file says', async (name, one) => {
      const adapter = fixed()
      const request = frozen({ ...(await signed(bench().emulator, one)), body: undefined })
      const hook = { ...request, body: (await signed(bench().emulator, one)).body } as HookRequest
      expect(await adapter.verify(hook)).toEqual({ ok: true })
      const parsed = adapter.parse(hook)
      expect(adapter.parse(hook), 'the second time').toEqual(parsed)
      expect(asJson(parsed), 'as JSON').toEqual(parsed)
      expect(isEmpty(parsed), 'silent').toBe(false)
      const ids = parsed.events.map((event) => event.id)
      expect(new Set(ids).size, 'ids').toBe(ids.length)
      for (const event of parsed.events) {
        expect(event.id).toMatch(/./)
        expect(event.at).toBe(new Date(event.at).toISOString())
        expect(event.from).toMatchObject({ channel: definition.name, account: 'main' })
        if (event.kind !== 'account') expect(event.from.conversation).toMatch(/./)
        if (event.kind === 'message')
          expect(adapter.isGroup?.(event.from) ?? false, 'others read along').toBe(event.addressed !== undefined)
      }
      expectGolden(parsed, folder, `in/${name}.events.json`)
    })

    test('our own messages are no events, and what is unknown is named', async () => {
      const adapter = fixed()
      expect(named('own-').length).toBeGreaterThan(0)
      expect(named('unknown-').length).toBeGreaterThan(0)
      for (const one of [...named('own-'), ...named('unknown-')]) {
        const parsed = adapter.parse(await signed(bench().emulator, one))
        expect(
          parsed.events.filter((event) => event.kind === 'message'),
          one.name,
        ).toEqual([])
        if (one.name.startsWith('unknown-')) expect(parsed.ignored.length, one.name).toBeGreaterThan(0)
      }
    })

    test('a batch gives several events, and each receipt that is declared has a recording', async () => {
      const adapter = fixed()
      const all: Parsed[] = []
      for (const one of recorded) all.push(adapter.parse(await signed(bench().emulator, one)))
      for (const [index, one] of recorded.entries())
        if (one.name.startsWith('batch-')) expect(all[index]!.events.length, one.name).toBeGreaterThan(1)
      const statuses = all.flatMap(({ events }) => events.flatMap((event) => (event.kind === 'receipt' ? [event.status] : [])))
      expect(new Set(statuses)).toEqual(new Set(bench().can.receipts))
    })

    test('whatever is changed in a recorded request, it is read, named or malformed', async () => {
      const adapter = fixed()
      const { emulator } = bench()
      const bodies = posts.flatMap(({ request }) => ('body' in request ? [request.body] : []))
      const junk = fc.oneof(
        fc.constant(null),
        fc.constant(undefined),
        fc.integer(),
        fc.string(),
        fc.constant([]),
        fc.constant({}),
        fc.constant(true),
      )
      const property = fc.asyncProperty(fc.constantFrom(...bodies), fc.nat(), junk, async (body, where, value) => {
        const copy = structuredClone(body) as object
        const spots = spotsOf(copy)
        const spot = spots[where % spots.length]!
        spot.holder[spot.key] = value
        const request = await emulator.sign({ body: JSON.stringify(copy) }, clock)
        const parsed = tryParse(() => adapter.parse(request))
        return parsed === 'malformed' || !isEmpty(parsed)
      })
      await fc.assert(property, { numRuns: 1500, seed: 20260102 })
    })
  })

  describe('in: from the app to the event', () => {
    const texts = {
      hostile,
      emoji: family.repeat(30),
      'right to left': 'مرحبا \u200f(x)\u200e שלום',
      'zero width': '\u200b\u200c\u200d\u2060.',
      long: `${'word '.repeat(19_999)}words`,
    }
    test.each(Object.entries(texts))('%s text arrives as typed', async (kind, text) => {
      const { door, emulator } = bench()
      const since = door.events.length
      await emulator.person(`types ${kind}`).types(text)
      const { content, person, message } = await door.next('message', since)
      expect(content).toHaveLength(1)
      const [said] = content
      const read = said?.type !== 'text' ? undefined : said.format === 'markdown' ? toPlainText(parseMarkdown(said.text)) : said.text
      expect(read).toBe(text)
      expect(person.key).toBe(emulator.person(`types ${kind}`).key)
      expect(message).toMatch(/./)
    })

    test('a file comes with a way to its bytes', async () => {
      const { door, emulator, adapter } = bench()
      const since = door.events.length
      const bytes = new TextEncoder().encode('%PDF-1.7 the bytes of the file')
      await emulator.person('sends a file').sendsFile({ name: 'form.pdf', mime: 'application/pdf', bytes, caption: 'filled in' })
      const { content } = await door.next('message', since)
      const media = content.find((one) => one.type === 'media')
      expect(media).toMatchObject({ type: 'media', file: { ref: expect.anything() } })
      const file = await adapter.fetchFile!((media!.file as { ref: string }).ref, AbortSignal.timeout(30_000))
      expect(new Uint8Array(await new Response(file.body).arrayBuffer())).toEqual(bytes)
      // Where a platform's files have no captions, people write the words after the file.
      const heard = () => JSON.stringify(door.events.slice(since).map((event) => (event.kind === 'message' ? event.content : [])))
      await eventually(() => (heard().includes('filled in') ? true : undefined))
    })

    test('a pressed button brings its value back', async () => {
      const conversation = await openConversation(bench(), 'presses')
      const { adapter, door } = bench()
      const content = {
        type: 'choices' as const,
        text: 'Sure?',
        choices: [
          { value: 'yes:1', label: 'Yes' },
          { value: 'no:1', label: 'No' },
        ],
      }
      if (bench().can.choices === false) return
      for (const payload of adapter.render([content], conversation.to, { author: 'virtual-agent', window: 'open' }))
        await adapter.send(payload, conversation.to, { idempotencyKey: 'buttons', number: 1, signal: AbortSignal.timeout(30_000) })
      const since = door.events.length
      await conversation.person.presses('No')
      const chosen = await door.next('choice', since)
      expect(chosen).toMatchObject({
        value: 'no:1',
        person: { key: conversation.person.key },
        from: { conversation: conversation.to.conversation },
      })
      await adapter.acknowledge?.(chosen)
    })

    test('the same conversation has the same key for ever, another person another', async () => {
      const first = await openConversation(bench(), 'stays')
      const again = await openConversation(bench(), 'stays')
      const other = await openConversation(bench(), 'somebody else')
      expect(again.to.conversation).toBe(first.to.conversation)
      expect(other.to.conversation).not.toBe(first.to.conversation)
      expect(again.heard.id).not.toBe(first.heard.id)
    })
  })
}

const flipped = (value: string) => value.replace(/[a-z0-9]/i, (character) => (character === 'a' ? 'b' : 'a'))

function tryParse(parse: () => Parsed): Parsed | 'malformed' {
  try {
    return parse()
  } catch (error) {
    if (error instanceof MalformedRequest) return 'malformed'
    throw error
  }
}

type Spot = { readonly holder: { [key: string]: unknown }; readonly key: string }
function spotsOf(value: object): Spot[] {
  return Object.entries(value).flatMap(([key, part]) => [
    { holder: value as Spot['holder'], key },
    ...(typeof part === 'object' && part !== null ? spotsOf(part) : []),
  ])
}
