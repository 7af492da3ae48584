import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adapters } from '../../adapters/index.ts'
import type { SlackEmulator } from '../../adapters/slack/emulator.ts'
import type { TeamsEmulator } from '../../adapters/teams/emulator.ts'
import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import type { Json } from '../../src/channel/index.ts'
import { echo } from '../support/echo.ts'
import { openHub } from '../support/hub.ts'

const count = 200
const platforms = adapters.filter(({ source }) => source !== null)
const titles = platforms.map(({ title, name }) => [title, name] as const)
const keysOf: { readonly [channel: string]: { readonly [key: string]: Json } } = { whatsapp: { transport: 'cloud' } }

/** One hub speaks every channel at once, and every channel is tried at the same time: whoever holds up another shows here. */
let hub: Awaited<ReturnType<typeof openHub>>
const emulators = new Map<string, Emulator>()

beforeAll(async () => {
  for (const { name } of platforms) {
    const module = (await import(`../../adapters/${name}/emulator.ts`)) as {
      startEmulator: (options: EmulatorOptions) => Promise<Emulator>
    }
    emulators.set(name, await module.startEmulator({ timeScale: 20 }))
  }
  const channels = [...emulators].map(([channel, emulator]) => ({ channel, account: 'numbers', ...keysOf[channel], ...emulator.account() }))
  hub = await openHub({ channels }, echo)
  for (const [channel, emulator] of emulators) await emulator.connect(new URL(`/hooks/${channel}/numbers`, hub.url))
}, 300_000)
afterAll(async () => {
  await hub?.stop()
  await Promise.all([...emulators.values()].map((emulator) => emulator.close()))
})

const numberIn = (text: string): number => Number(/\bnumber (\d+)$/.exec(text)?.[1] ?? Number.NaN)

/** The numbers that became visible, as the platform's own record has them. */
const answered = (emulator: Emulator, from: number): readonly number[] =>
  emulator.record.accepted.map(({ text }) => numberIn(text)).filter((number) => number > from && number <= from + count)

/** The numbers in the order in which the hub took them; only this order, never what was lost or doubled, is asked of the hub itself. */
async function taken(channel: string, from: number): Promise<readonly number[]> {
  const rows = await hub.connection.db
    .selectFrom('messages as m')
    .innerJoin('conversations as c', 'c.id', 'm.conversation')
    .select('m.content')
    .where('c.channel', '=', channel)
    .where('m.author', '=', 'person')
    .orderBy('m.number')
    .execute()
  return rows
    .map(({ content: [said] }) => (said?.type === 'text' ? numberIn(said.text) : Number.NaN))
    .filter((number) => number > from && number <= from + count)
}

type Typist = { types(text: string): Promise<string> }

/** Viber lets a bot send a hundred messages that nobody answered: whoever types waits for the answers to be that close. */
const mostAhead = 80

/**
 * `who` types the numbers one after the other, without waiting for their answers; where `inOrder`, each is at the hub's door before the next is typed.
 * Resolves when as many answers are there, and nothing came after them.
 */
async function type(emulator: Emulator, person: Typist, from: number, patienceMs: number, inOrder: boolean): Promise<void> {
  const until = Date.now() + patienceMs
  const { accepted, delivered } = emulator.record
  let [looked, seen] = [0, 0]
  const answers = (): number => {
    for (; looked < accepted.length; looked++) {
      const number = numberIn(accepted[looked]!.text)
      if (number > from && number <= from + count) seen++
    }
    return seen
  }
  for (let number = from + 1; number <= from + count; number++) {
    await person.types(`number ${number}`)
    const isTaken = () => delivered.findLast(({ text, status }) => status === 200 && text.endsWith(`number ${number}`)) !== undefined
    while (inOrder && !isTaken() && Date.now() < until) await wait(2)
    while (number - from - answers() > mostAhead && Date.now() < until) await wait(20)
  }
  while (answered(emulator, from).length < count && Date.now() < until) await wait(50)
  await wait(500)
}

describe.concurrent('200 numbers sent fast', () => {
  test.each(titles)('on %s get 200 answers, each its own number, in order', { timeout: 300_000 }, async (_title, name) => {
    const emulator = emulators.get(name)!
    await type(emulator, emulator.person('Ada'), 0, 280_000, true)
    expect(answered(emulator, 0)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  })
})

/** Somebody in a thread of a channel that the hub is part of. Slack hands on what follows there; Teams only what mentions the hub. */
const threads: { readonly [channel: string]: () => Promise<Typist> } = {
  async slack() {
    const ada = (emulators.get('slack') as SlackEmulator).channel('office').person('Ada')
    return ada.in(await ada.types('@switchboard please count with me'))
  },
  async teams() {
    const ada = (emulators.get('teams') as TeamsEmulator).channel('Office', 'General').person('Ada')
    await ada.types('@Switchboard please count with me')
    return { types: (text) => ada.types(`@Switchboard ${text}`) }
  },
}

describe('200 numbers in a thread of a channel', () => {
  test.each(Object.keys(threads))(
    'on %s get 200 answers there, each its own number, in order, also while calls are refused',
    { timeout: 300_000 },
    async (name) => {
      const emulator = emulators.get(name)!
      const person = await threads[name]!()
      Object.assign(emulator.faults, { error: 0.025, throttle: { share: 0.025, retryAfterSeconds: 0.05 } })
      await type(emulator, person, 2_000, 280_000, true)
      Object.assign(emulator.faults, { error: 0, throttle: { share: 0, retryAfterSeconds: 1 } })
      expect(answered(emulator, 2_000)).toEqual(Array.from({ length: count }, (_, index) => 2_001 + index))
      const chats = new Set(emulator.record.accepted.filter(({ text }) => numberIn(text) > 2_000).map(({ chat }) => chat))
      expect(chats.size).toBe(1)
    },
  )
})

describe.concurrent('200 numbers where webhooks come twice or overtake each other and calls are refused', () => {
  test.each(titles)('on %s still get 200 answers, each once, in the order of their arrival', { timeout: 300_000 }, async (_title, name) => {
    const emulator = emulators.get(name)!
    Object.assign(emulator.faults, { duplicate: 0.1, reorder: 0.1, error: 0.01, throttle: { share: 0.01, retryAfterSeconds: 0.05 } })
    await type(emulator, emulator.person('Ben'), 1_000, 280_000, false)
    Object.assign(emulator.faults, { duplicate: 0, reorder: 0, error: 0, throttle: { share: 0, retryAfterSeconds: 1 } })
    const all = answered(emulator, 1_000)
    expect(all.toSorted((one, other) => one - other)).toEqual(Array.from({ length: count }, (_, index) => 1_001 + index))
    expect(all).toEqual(await taken(name, 1_000))
  })
})
