import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { line } from '../../adapters/line/index.ts'
import { uuidOf } from '../../adapters/line/send.ts'
import { type Content, id } from '../../src/channel/index.ts'
import { attempt, closeAll, failure, hear, methods, open, say, text, why } from './line-bench.ts'

afterEach(closeAll)

describe('an answer on LINE', () => {
  test('is free while the reply token lives, and a push afterwards', async () => {
    const all = await open()
    const { adapter } = all
    const { to } = await hear(all, 'Ada')
    const first = await say(adapter, to, 'one')
    expect(first.reply).toEqual({ to: to.conversation, kind: 'user' })
    await say(adapter, { ...to, reply: first.reply! }, 'two')
    await say(adapter, to, 'three, with the old address')
    expect(methods(all)).toEqual(['reply: one', 'push: two', 'push: three, with the old address'])
    expect(all.emulator.quota.used).toBe(2)
    expect(all.emulator.record.calls.filter(({ method }) => method === 'reply')).toHaveLength(1)
  })

  test('does not try a token that is older than a minute', async () => {
    const all = await open()
    const { to } = await hear(all, 'Ada')
    all.clock.ahead = 51_000
    await say(all.adapter, to, 'late')
    expect(methods(all)).toEqual(['push: late'])
    expect(all.emulator.record.calls.map(({ method }) => method)).not.toContain('reply')
  })

  test('goes as a push where LINE says that the token is no good', async () => {
    const all = await open()
    all.emulator.settings.replyTokenMs = 0
    const { to } = await hear(all, 'Ada')
    await new Promise((resolve) => setTimeout(resolve, 5))
    const receipt = await say(all.adapter, to, 'pushed')
    expect(receipt.reply).toEqual({ to: to.conversation, kind: 'user' })
    expect(methods(all)).toEqual(['push: pushed'])
  })

  test('uses the tokens of earlier messages too, the one that is over first', async () => {
    const all = await open()
    const { adapter, door, emulator } = all
    const ada = emulator.person('Ada')
    for (let n = 0; n < 3; n++) {
      await ada.types(`part ${n}`)
      await adapter.acknowledge!(await door.next('message', n))
    }
    const { from: to } = await door.next('message', 2)
    for (let n = 0; n < 4; n++) await say(adapter, to, `answer ${n}`)
    expect(methods(all)).toEqual(['reply: answer 0', 'reply: answer 1', 'reply: answer 2', 'push: answer 3'])
  })

  test('that nobody knows of is not pushed behind its own back', async () => {
    const all = await open()
    const { adapter, emulator } = all
    const { to, person } = await hear(all, 'Ada')
    emulator.faults.cutAfter = 1
    const lost = await failure(adapter, say(adapter, to, 'once', attempt('part 1')))
    expect(lost).toMatchObject({ kind: 'uncertain', resendSafe: false })
    emulator.faults.cutAfter = 0
    const asked = await failure(adapter, say(adapter, to, 'once', attempt('part 1', 2)))
    expect(asked).toMatchObject({ kind: 'uncertain', resendSafe: false, code: 'reply_unanswered' })
    expect(person.sees().filter(({ by }) => by === 'hub')).toHaveLength(1)
    await say(adapter, to, 'another part', attempt('part 2'))
    expect(methods(all)).toEqual(['reply: once', 'push: another part'])
  })

  test('that was not taken goes out by the same token', async () => {
    const all = await open()
    const { adapter, emulator } = all
    const { to } = await hear(all, 'Ada')
    emulator.faults.cutBefore = 1
    expect(await failure(adapter, say(adapter, to, 'once', attempt('part 1')))).toMatchObject({ kind: 'uncertain', resendSafe: false })
    emulator.faults.cutBefore = 0
    await say(adapter, to, 'once', attempt('part 1', 2))
    expect(methods(all)).toEqual(['reply: once'])
  })

  test('that was pushed may be pushed again: 409 is a receipt with the same ids', async () => {
    const all = await open()
    const { adapter, emulator } = all
    const { to, person } = await hear(all, 'Ada')
    const late = { ...to, reply: { to: to.conversation, kind: 'user' } }
    emulator.faults.cutAfter = 1
    expect(await failure(adapter, say(adapter, late, 'once', attempt('part 1')))).toMatchObject({ kind: 'uncertain', resendSafe: true })
    emulator.faults.cutAfter = 0
    const receipt = await say(adapter, late, 'once', attempt('part 1', 2))
    const shown = person.sees().filter(({ by }) => by === 'hub')
    expect(receipt.messages).toEqual(shown.map((message) => message.id))
    expect(shown).toHaveLength(1)
    await say(adapter, late, 'other words under the same key', attempt('part 1'))
    expect(person.sees().filter(({ by }) => by === 'hub')).toHaveLength(2)
  })

  test('is refused by the month, not for now, and free answers still go out', async () => {
    const all = await open()
    const { adapter, emulator } = all
    emulator.quota.limit = 0
    const { to } = await hear(all, 'Ada')
    await say(adapter, to, 'free')
    expect(await failure(adapter, say(adapter, to, 'counted'))).toMatchObject({ kind: 'unreachable', code: 'monthly_limit' })
    emulator.faults.throttle = { share: 1, retryAfterSeconds: 3 }
    expect(await failure(adapter, say(adapter, to, 'fast'))).toMatchObject({ kind: 'throttled', retryAfterMs: 3000 })
    emulator.faults.throttle = { share: 0, retryAfterSeconds: 1 }
    const health = await adapter.check(AbortSignal.timeout(30_000))
    expect(health).toMatchObject({ ok: true, detail: expect.stringContaining('used up'), facts: { pushLimit: 0, pushLeft: 0 } })
  })

  test('of up to five contents of any kind is one call', async () => {
    const { adapter } = await open()
    const to = { channel: 'line', account: id<never>('main'), conversation: id<never>('U1'), reply: { to: 'U1', kind: 'user' } }
    const choices = (count: number): Content => ({
      type: 'choices',
      text: 'Which?',
      choices: Array.from({ length: count }, (_, n) => ({ value: `v${n}`, label: `Label ${n}` })),
    })
    const anything = fc.constantFrom<Content>(
      text('words'),
      choices(1),
      choices(2),
      choices(4),
      choices(13),
      { type: 'media', kind: 'image', file: { stored: id('a'), bytes: 10 } },
      { type: 'media', kind: 'audio', file: { stored: id('a'), bytes: 10 } },
      { type: 'card', title: 'Title', image: { stored: id('a') }, choices: [{ value: 'a', label: 'A' }] },
      { type: 'place', latitude: 1, longitude: 2 },
    )
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 5 }), (contents) => {
        const payloads = adapter.render(contents, to, why) as readonly { readonly messages: readonly { quickReply?: unknown }[] }[]
        expect(payloads).toHaveLength(1)
        expect(payloads[0]!.messages).toHaveLength(contents.length)
        expect(payloads[0]!.messages.slice(0, -1).some(({ quickReply }) => quickReply !== undefined)).toBe(false)
      }),
    )
  })

  test('with thirteen choices is pressed by a quick reply, which is gone with the next message', async () => {
    const all = await open()
    const { adapter, door } = all
    const { to, person } = await hear(all, 'Ada')
    const choices = Array.from({ length: 13 }, (_, n) => ({ value: `pick:${n}`, label: `Number ${n}` }))
    await adapter.send(adapter.render([{ type: 'choices', text: 'Which?', choices }], to, why)[0]!, to, attempt())
    expect(person.sees().at(-1)?.buttons).toHaveLength(13)
    const since = door.events.length
    await person.presses('Number 7')
    expect(await door.next('choice', since)).toMatchObject({ value: 'pick:7', person: { key: person.key } })
    expect(person.sees().flatMap(({ buttons }) => buttons)).toEqual([])
  })

  test('with a video has the picture of the account before it plays, and without one it is a link', async () => {
    const all = await open()
    const { adapter, emulator, deps } = all
    const { to, person } = await hear(all, 'Ada')
    const video: Content = { type: 'media', kind: 'video', file: { stored: id('v'), mime: 'video/mp4', name: 'how.mp4' } }
    await adapter.send(adapter.render([video], to, why)[0]!, to, attempt())
    const sent = emulator.record.accepted.at(-1)!.payload as { previewImageUrl: string; originalContentUrl: string }
    expect(sent).toMatchObject({
      previewImageUrl: expect.stringMatching(/^https:\/\/profile/),
      originalContentUrl: expect.stringMatching(/\/v\/name$/),
    })
    const broken = { ...deps, files: { ...deps.files, link: async () => Promise.reject(new Error('gone')) } }
    const other = line.create({ id: id('main'), config: line.config.parse(emulator.account()) }, broken)
    expect(await failure(other, other.send(other.render([video], to, why)[0]!, to, attempt()))).toMatchObject({
      kind: 'transient',
      code: 'not_prepared',
    })
    expect(person.sees().filter(({ by }) => by === 'hub')).toHaveLength(1)
    await other.close?.()
  })

  test('to somebody who has blocked the account is taken by LINE and seen by nobody', async () => {
    const all = await open()
    const { adapter, door } = all
    const { to, person } = await hear(all, 'Ada')
    const since = door.events.length
    await person.blocks()
    expect(await door.next('contact', since)).toMatchObject({ change: 'blocked', person: { key: person.key } })
    expect((await say(adapter, to, 'nobody reads this')).messages).toHaveLength(1)
    expect(person.sees().some(({ by }) => by === 'hub')).toBe(false)
    await person.follows()
    expect(await door.next('contact', since + 1)).toMatchObject({ change: 'started' })
  })
})

test('a retry key is a UUID, the same for the same words', () => {
  expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(uuidOf('a')).toBe(uuidOf('a'))
  expect(uuidOf('a')).not.toBe(uuidOf('b'))
})
