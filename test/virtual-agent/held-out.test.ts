import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../src/core/virtual-agent.ts'
import { type HeldOut, heldOut, notesIn, openHouse, talkTo, valuesIn } from './house.ts'

type Verdict = 'at once' | 'after asking' | 'wrong'

/** `at once`: the right thing was done. `after asking`: it is one of the choices of a question back or of a list of articles. */
const judge = (answer: Answer, label: string): Verdict => {
  const { trail } = notesIn(answer)
  const values = valuesIn(answer)
  if (trail.includes(label)) return 'at once'
  if (trail.some((did) => did.startsWith('asked:') && did.slice('asked:'.length).split('|').includes(label))) return 'after asking'
  if (label.startsWith('article:') && values.includes(label)) return 'after asking'
  return 'wrong'
}

/** For a message that is none of our business: nothing is begun, nothing is quoted, and a technician or "none of these" is there. */
const judgeForeign = (answer: Answer): Verdict => {
  const { trail } = notesIn(answer)
  if (answer.handOff !== undefined || trail.some((did) => did.startsWith('article:'))) return 'wrong'
  if (trail.every((did) => did === 'unknown')) return 'at once'
  return trail.every((did) => did === 'unknown' || did.startsWith('suggested:')) ? 'after asking' : 'wrong'
}

const verdictOf = (one: HeldOut, answer: Answer): Verdict => {
  if (one.label === null) return judgeForeign(answer)
  const whole = one.label.split('+').map((label) => judge(answer, label))
  const worst = whole.includes('wrong') ? 'wrong' : whole.includes('after asking') ? 'after asking' : 'at once'
  if (worst !== 'wrong') return worst
  return (one.also ?? []).some((label) => judge(answer, label) !== 'wrong') ? 'at once' : 'wrong'
}

const kindOf = ({ label }: HeldOut): string =>
  label === null ? 'out of scope' : label.includes('+') ? 'two wishes' : label.includes(':') ? label.slice(0, label.indexOf(':')) : 'intent'

let house: Awaited<ReturnType<typeof openHouse>>
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.connection.close())

describe('two hundred held-out messages, written before the phrases', () => {
  test('more than nine of ten are handled rightly', async () => {
    const counts = new Map<string, { right: number; atOnce: number; all: number }>()
    for (const one of heldOut()) {
      const verdict = verdictOf(one, await talkTo(house.agent)(one.text))
      for (const kind of [kindOf(one), 'all']) {
        const count = counts.get(kind) ?? { right: 0, atOnce: 0, all: 0 }
        counts.set(kind, {
          right: count.right + (verdict === 'wrong' ? 0 : 1),
          atOnce: count.atOnce + (verdict === 'at once' ? 1 : 0),
          all: count.all + 1,
        })
      }
    }
    const lines = [...counts].map(([kind, { right, atOnce, all }]) => `${kind}: ${right} of ${all} right, ${atOnce} of them at once`)
    process.stdout.write(`${lines.join('\n')}\n`)
    const { right, all } = counts.get('all')!
    expect(all).toBe(200)
    expect(right / all, lines.join('; ')).toBeGreaterThanOrEqual(0.93)
  })

  test('none of them leads to anything but words, unless a technician was asked for', async () => {
    for (const one of heldOut()) {
      const answer = await talkTo(house.agent)(one.text)
      expect(answer.say.length, one.text).toBeGreaterThan(0)
      if (answer.handOff !== undefined) expect(one.label, one.text).toBe('talk_to_technician')
      if (answer.close === true) expect(one.label, one.text).toBe('goodbye')
    }
  })
})
