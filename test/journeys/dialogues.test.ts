import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresUrl } from '../support/services.ts'
import { addressOf, type House, openHouse } from './dialogues/house.ts'
import { makePlay, type Play } from './dialogues/play.ts'
import { readScripts, type Script } from './dialogues/script.ts'

const folder = new URL('./dialogues/scripts/', import.meta.url)
const scripts = readdirSync(folder)
  .filter((name) => name.endsWith('.talk'))
  .toSorted()
  .flatMap((name) => readScripts(name, readFileSync(new URL(name, folder), 'utf8')))

const everywhere = ['telegram', 'web', 'slack', 'whatsapp', 'teams', 'messenger', 'viber', 'line']
const outside = everywhere.filter((channel) => channel !== 'slack' && channel !== 'teams')

/** So many channels for each script, another choice for each, so that all of them get their share. */
const channelsFor = ({ on }: Script, index: number, count: number): readonly string[] => {
  const all = on === 'outside' ? outside : everywhere
  return Array.from({ length: count }, (_, n) => all[(index * count + n) % all.length]!)
}

const castOf = (count: number) =>
  scripts.flatMap((script, index) =>
    channelsFor(script, index, count).map((channel) => ({ script, channel, name: `Pia ${index}x${channel}`, title: script.title })),
  )

/** So many play at the same time: more would not be a busy desk but a flood. */
const together = 90

async function playAll(house: House, cast: ReturnType<typeof castOf>, between: () => Promise<void>): Promise<ReadonlyMap<string, Play>> {
  const played: (readonly [string, Play])[] = []
  for (let from = 0; from < cast.length; from += together)
    played.push(...(await playTogether(house, cast.slice(from, from + together), between)))
  return new Map(played)
}

/** Step by step, everybody at the same time; `between` the steps nobody says anything. */
async function playTogether(
  house: House,
  cast: ReturnType<typeof castOf>,
  between: () => Promise<void>,
): Promise<readonly (readonly [string, Play])[]> {
  const plays = await Promise.all(
    cast.map(async ({ script, channel, name }) => {
      const player = await house.player(channel, name)
      return [name, makePlay(script, player, house.hand, new Map([['email', addressOf(name)]]))] as const
    }),
  )
  const steps = Math.max(...plays.map(([, play]) => play.steps))
  for (let step = 0; step < steps; step++) {
    await Promise.all(plays.map(([, play]) => play.step(step)))
    if (step < steps - 1) await between()
  }
  for (const [, { player }] of plays) player.leaves()
  return plays
}

test('there are a hundred scripts, and no two of one name', () => {
  expect(scripts.length).toBeGreaterThanOrEqual(100)
  expect(new Set(scripts.map(({ title }) => title)).size).toBe(scripts.length)
})

describe('a scripted dialogue on three channels', () => {
  const cast = castOf(3)
  let house: House
  let plays: ReadonlyMap<string, Play>
  beforeAll(async () => {
    house = await openHouse()
    plays = await playAll(house, cast, async () => undefined)
  }, 600_000)
  afterAll(() => house?.close(), 60_000)
  test.each(cast.map((one) => [one.title, one.channel, one] as const))('%s, on %s', (_title, _channel, { name, script }) => {
    expect(plays.get(name)?.failure ?? null, `${script.file}, ${script.title}`).toBeNull()
  })
})

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())
describe.runIf(postgres)('a scripted dialogue whose hub is killed between any two turns', () => {
  const cast = castOf(1)
  let house: House
  let plays: ReadonlyMap<string, Play>
  beforeAll(async () => {
    house = await openHouse(postgres!.url)
    plays = await playAll(house, cast, () => house.killed())
  }, 600_000)
  afterAll(() => house?.close(), 60_000)
  test.each(cast.map((one) => [one.title, one.channel, one] as const))('%s, on %s', (_title, _channel, { name, script }) => {
    expect(plays.get(name)?.failure ?? null, `${script.file}, ${script.title}`).toBeNull()
  })
})
