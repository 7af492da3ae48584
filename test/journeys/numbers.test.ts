import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { judge, settled } from '../faults/judge.ts'
import { echo } from '../support/echo.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage(echo)
})
afterAll(() => stage.close())
beforeEach(() => stage.emulator.record.clear())

const numbers = (most: number): string[] => Array.from({ length: most }, (_, n) => `number ${n + 1}`)

describe('numbers sent as fast as they can be typed', () => {
  test('are answered each with its own, two hundred times, in order', { timeout: 300_000 }, async () => {
    const ana = stage.person('Ana')
    for (const number of numbers(200)) void ana.says(number)
    expect(await settled(stage.emulator)).toMatchObject({ acknowledged: 200, lost: [], doubled: [], disordered: [], invented: [] })
    expect(said('Ana')).toEqual(numbers(200))
  })

  test('by sixty people at once, and nobody hears anybody else’s', { timeout: 300_000 }, async () => {
    const people = Array.from({ length: 60 }, (_, n) => stage.person(`Person ${n}`))
    for (const number of numbers(10)) for (const person of people) void person.says(`${number} of ${person.key}`)
    expect(await settled(stage.emulator)).toMatchObject({ acknowledged: 600, lost: [], doubled: [], disordered: [], invented: [] })
    for (const person of people)
      expect(person.news().map(({ text }) => text)).toEqual(numbers(10).map((number) => `${number} of ${person.key}`))
    expect(judge(stage.emulator).acknowledged).toBe(600)
  })

  test('and where webhooks come twice or overtake each other and calls fail: each once, in the order of their arrival', {
    timeout: 300_000,
  }, async () => {
    const { faults, record } = stage.emulator
    Object.assign(faults, { duplicate: 0.1, reorder: 0.1, error: 0.025, throttle: { share: 0.025, retryAfterSeconds: 0.05 } })
    const ben = stage.person('Ben')
    for (const number of numbers(200)) void ben.says(number)
    const verdict = await settled(stage.emulator)
    Object.assign(faults, { duplicate: 0, reorder: 0, error: 0, throttle: { share: 0, retryAfterSeconds: 1 } })
    expect(verdict).toMatchObject({ acknowledged: 200, lost: [], doubled: [], disordered: [], invented: [] })
    expect(said('Ben').toSorted()).toEqual(numbers(200).toSorted())
    // It really was as bad as it sounds.
    expect(record.delivered.length).toBeGreaterThan(205)
    expect(said('Ben')).not.toEqual(numbers(200))
    expect(record.calls.filter(({ status }) => status === 429 || status === 500).length).toBeGreaterThan(0)
  })
})

const said = (name: string): readonly string[] =>
  stage.emulator
    .person(name)
    .sees()
    .filter(({ by }) => by === 'hub')
    .map(({ text }) => text)
