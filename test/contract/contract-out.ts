import { afterEach, describe, expect, test } from 'vitest'
import { noFaults, type SeenMessage } from '../../src/channel/emulator.ts'
import type { Address, Content, Failure, FailureKind, Json } from '../../src/channel/index.ts'
import {
  asJson,
  attempt,
  type Bench,
  type Contract,
  degraded,
  expectGolden,
  fixtures,
  frozen,
  openConversation,
  plan,
  sendAll,
  why,
} from './contract-bench.ts'
import { family, largeSamples, samples } from './samples.ts'

const kinds: readonly FailureKind[] = ['transient', 'throttled', 'uncertain', 'rejected', 'unreachable', 'unauthorized']
const hello: Content = { type: 'text', text: 'hello' }

/** What every adapter promises about what goes out. */
export function outbound({ folder }: Contract, bench: () => Bench) {
  let conversations = 0
  const open = () => openConversation(bench(), `reader ${++conversations}`)
  afterEach(() => {
    Object.assign(bench().emulator.faults, noFaults())
  })

  describe('out: what is written', () => {
    test.each(Object.entries(samples))(
      '%s is written as its golden file says, and the person reads it',
      async (name, { content, reads }) => {
        const conversation = await open()
        const contents = frozen(degraded(content, bench().can))
        const payloads = bench().adapter.render(contents, conversation.to, why)
        expect(bench().adapter.render(contents, conversation.to, why), 'the second time').toEqual(payloads)
        expect(asJson(payloads), 'as JSON').toEqual(payloads)
        expect(payloads.length).toBeGreaterThan(0)
        expectGolden(payloads, folder, `out/${name}.payloads.json`)
        await expectSent(conversation.to, payloads)
        const seen = conversation.seen()
        for (const words of reads) expect(everything(seen), words).toContain(words)
        if (content.type === 'text' && content.format !== 'markdown') expect(seen.map(({ text }) => text).join('')).toBe(content.text)
      },
    )

    test.each(Object.entries(largeSamples))('%s fits the platform, and nothing disappears', async (_, content) => {
      const conversation = await open()
      const payloads = plan(content, bench(), conversation.to)
      await expectSent(conversation.to, payloads)
      const seen = conversation.seen()
      for (const { text, buttons } of seen)
        expect([text, ...buttons.map(({ label }) => label)].every((one) => one.isWellFormed())).toBe(true)
      const said = everything(seen)
      for (const words of wordsOf(content)) expect(isWithin(words, said), words.slice(0, 60)).toBe(true)
      if (content.type === 'text' && content.text.startsWith(family))
        expect(seen.map(({ text }) => text.replaceAll(family, '')).join('')).toBe('')
    })

    test('a file goes out with its bytes and its name', async () => {
      const { can } = bench()
      if (can.media.file === false) return
      const conversation = await open()
      await expectSent(conversation.to, plan(samples.file!.content, bench(), conversation.to))
      const [seen] = conversation.seen().filter(({ media }) => media)
      expect(seen?.media?.bytes.length).toBe(5000)
      expect(seen?.media?.name).toContain('Zürich')
      await expectSent(conversation.to, plan(samples.file!.content, bench(), conversation.to))
      expect(conversation.seen().filter(({ media }) => media)).toHaveLength(2)
    })

    test('a retry with the same key reaches the person once where that is promised', async () => {
      const conversation = await open()
      const [payload] = plan(hello, bench(), conversation.to)
      for (const number of [1, 2]) await bench().adapter.send(payload!, conversation.to, { ...attempt(5000, 'the same key'), number })
      expect(conversation.seen()).toHaveLength(bench().can.idempotentSend ? 1 : 2)
    })
  })

  /** One payload is one visible call, and its receipt names every message it made. */
  async function expectSent(to: Address, payloads: readonly Json[]) {
    const { emulator, can } = bench()
    const before = emulator.record.accepted.length
    const receipts = await sendAll(bench(), payloads, to)
    const accepted = emulator.record.accepted.slice(before).map(({ message }) => message)
    for (const { messages, at } of receipts) {
      expect(messages.length).toBeGreaterThan(0)
      expect(messages.length).toBeLessThanOrEqual(can.messagesPerCall)
      expect(at).toBe(new Date(at).toISOString())
    }
    expect(receipts.flatMap(({ messages }) => messages)).toEqual(accepted)
  }

  describe('out: what goes wrong', () => {
    const failing = async (to: Address, ms = 5000): Promise<Failure> => {
      const { adapter, said } = bench()
      const [payload] = plan(hello, bench(), to)
      const outcome = await adapter.send(payload!, to, attempt(ms)).then(
        () => expect.fail('it was sent'),
        (error: unknown) => ({ error, failure: adapter.classify(error) }),
      )
      said.push(outcome.failure, String(outcome.error), outcome.error)
      return outcome.failure
    }
    const refusals = fixtures<{ answer: { status: number; body: Json }; failure?: Failure }>(folder, 'errors', '.json')

    test.each(refusals.map((one) => [one.name, one] as const))('%s means what its file says', async (name, { answer, failure: golden }) => {
      const conversation = await open()
      const { emulator } = bench()
      const before = emulator.record.accepted.length
      emulator.answerNext(answer)
      const failure = await failing(conversation.to)
      expect(emulator.record.accepted.length).toBe(before)
      expect(kinds).toContain(failure.kind)
      expect(JSON.stringify(failure)).not.toMatch(/secret words|private words/)
      expectGolden({ answer, failure }, folder, `errors/${name}.json`)
      if (golden) expect(failure.kind).toBe(golden.kind)
    })

    test('there is a recorded refusal of every kind', () => {
      const recorded = new Set(fixtures<{ failure: Failure }>(folder, 'errors', '.json').map(({ failure }) => failure.kind))
      expect(recorded).toEqual(new Set([...recorded, 'transient', 'throttled', 'rejected', 'unreachable', 'unauthorized']))
    })

    test('a closed port means that nothing was sent', async () => {
      const conversation = await open()
      bench().emulator.faults.down = true
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(await failing(conversation.to)).toMatchObject({ kind: 'transient' })
      const health = await bench().adapter.check(AbortSignal.timeout(30_000))
      bench().said.push(health)
      expect(health.ok).toBe(false)
    })

    test('a silent platform and a connection cut after the call mean that nobody knows', async () => {
      const conversation = await open()
      const { faults } = bench().emulator
      faults.silent = 1
      expect(await failing(conversation.to, 200)).toMatchObject({ kind: 'uncertain' })
      faults.silent = 0
      faults.cutAfter = 1
      expect(await failing(conversation.to)).toMatchObject({ kind: 'uncertain' })
      expect(conversation.seen()).toHaveLength(2)
      faults.cutAfter = 0
      faults.cutBefore = 1
      expect(['uncertain', 'transient']).toContain((await failing(conversation.to)).kind)
      expect(conversation.seen()).toHaveLength(2)
    })

    test('a platform that has too much to do says so, and how long to wait', async () => {
      const conversation = await open()
      const { faults } = bench().emulator
      faults.throttle = { share: 1, retryAfterSeconds: 7 }
      expect(await failing(conversation.to)).toMatchObject({ kind: 'throttled', retryAfterMs: 7000 })
      faults.throttle = { share: 0, retryAfterSeconds: 1 }
      faults.error = 1
      expect(await failing(conversation.to)).toMatchObject({ kind: 'transient' })
      expect(conversation.seen()).toEqual([])
    })

    test('a send that was called off before it began is not uncertain', async () => {
      const conversation = await open()
      const { adapter } = bench()
      const [payload] = plan(hello, bench(), conversation.to)
      const gone = { ...attempt(), signal: AbortSignal.abort() }
      const failure = await adapter.send(payload!, conversation.to, gone).then(
        () => undefined,
        (error) => adapter.classify(error),
      )
      expect(failure).toMatchObject({ kind: 'transient' })
      expect(conversation.seen()).toEqual([])
    })

    test('classify takes anything', () => {
      const circular: { self?: unknown } = {}
      circular.self = circular
      const thorny = new Proxy(new Error('x'), {
        get: () => {
          throw new Error('do not look')
        },
        getPrototypeOf: () => {
          throw new Error('do not look')
        },
      })
      const things = [
        undefined,
        null,
        0,
        1n,
        'text',
        Symbol('s'),
        {},
        [],
        () => 1,
        circular,
        thorny,
        new Error(''),
        new Error('x', { cause: circular }),
        new DOMException('a', 'AbortError'),
        new AggregateError([]),
        { status: 'x', code: {}, message: 7 },
      ]
      for (const thing of things) {
        const failure = bench().adapter.classify(thing)
        expect(kinds).toContain(failure.kind)
        expect(failure.code).toMatch(/^.{1,80}$/)
        expect(asJson(failure)).toEqual(failure)
      }
    })
  })
}

const everything = (seen: readonly SeenMessage[]): string =>
  seen
    .flatMap(({ text, buttons, fields = [], media, place, contact }) => [
      text,
      ...fields.flatMap(({ label, hint = '', options = [] }) => [label, hint, ...options.map((option) => option.label)]),
      ...buttons.flatMap(({ label, url }) => (url ? [label, url] : [label])),
      media?.name ?? '',
      place?.name ?? '',
      contact ? `${contact.name} ${contact.phone}` : '',
    ])
    .join('\n')

function wordsOf(content: Content): readonly string[] {
  switch (content.type) {
    case 'text':
      return [content.format === 'markdown' ? content.text.replace(/[*`]/g, '') : content.text]
    case 'choices':
      return [content.text, ...content.choices.map(({ label }) => label)]
    case 'card':
      return [content.title, content.text ?? '', content.link?.url ?? '', ...(content.choices ?? []).map(({ label }) => label)]
    case 'media':
      return [content.caption ?? '']
    case 'form':
      return [content.title, content.submit.label]
    default:
      return []
  }
}

/** All of it and in order, whatever stands between its characters: part numbers, line breaks. */
function isWithin(words: string, said: string): boolean {
  let at = 0
  for (const character of words) {
    if (/\s/.test(character)) continue
    at = said.indexOf(character, at)
    if (at === -1) return false
    at += character.length
  }
  return true
}
