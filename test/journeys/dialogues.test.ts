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

type Part = ReturnType<typeof castOf>[number]
async function enter(house: House, { script, channel, name }: Part): Promise<Play> {
  const player = await house.player(channel, name)
  return makePlay(script, player, house.hand, new Map([['email', addressOf(name)]]))
}

/** Each at their own pace; when one has ended the next begins. */
async function playEach(house: House, cast: readonly Part[]): Promise<ReadonlyMap<string, Play>> {
  const plays = new Map<string, Play>()
  const waiting = [...cast]
  const playOn = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const play = await enter(house, one)
      plays.set(one.name, play)
      for (let step = 0; step < play.steps; step++) await play.step(step)
      play.player.leaves()
    }
  }
  await Promise.all(Array.from({ length: together }, playOn))
  return plays
}

/** Step by step, everybody at the same time: before the next nobody says anything, and the hub is killed. */
async function playKilled(house: House, cast: readonly Part[]): Promise<ReadonlyMap<string, Play>> {
  const plays = new Map(await Promise.all(cast.map(async (one) => [one.name, await enter(house, one)] as const)))
  const steps = Math.max(...[...plays.values()].map((play) => play.steps))
  for (let step = 0; step < steps; step++) {
    if (step > 0) await house.killed()
    await Promise.all([...plays.values()].map((play) => play.step(step)))
  }
  for (const { player } of plays.values()) player.leaves()
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
    plays = await playEach(house, cast)
  }, 600_000)
  afterAll(() => house?.close())
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
    plays = await playKilled(house, cast)
  }, 600_000)
  afterAll(() => house?.close())
  test.each(cast.map((one) => [one.title, one.channel, one] as const))('%s, on %s', (_title, _channel, { name, script }) => {
    expect(plays.get(name)?.failure ?? null, `${script.file}, ${script.title}`).toBeNull()
  })
})
