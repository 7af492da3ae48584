import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, type Line } from '../../web/knowledge/compare.ts'

/** `-` gone, `+` new, changed words in brackets, `…3` so many lines left out. */
const told = (lines: readonly Line[]) =>
  lines.map((line) =>
    line.is === 'skipped'
      ? `…${line.lines}`
      : { same: ' ', gone: '-', new: '+' }[line.is] + line.pieces.map(({ is, text }) => (is === 'same' ? text : `[${text}]`)).join(''),
  )
const sideOf = (lines: readonly Line[], side: 'gone' | 'new') =>
  lines.flatMap((line) => (line.is === side || line.is === 'same' ? [line.pieces.flatMap((piece) => [piece.text]).join('')] : []))

describe('two versions of an article are compared', () => {
  test.each([
    ['one', 'one', ['…1']],
    ['one\ntwo', 'one\nthree', [' one', '-[two]', '+[three]']],
    ['press *Rooms* now', 'press *Desks* now', ['-press *[Rooms]* now', '+press *[Desks]* now']],
    ['a\nb', 'a\nx\ny\nb', [' a', '+[x]', '+[y]', ' b']],
    ['1\n2\n3\n4\n5\n6\n7', '1\n2\n3\n4\n5\n6', ['…4', ' 5', ' 6', '-[7]']],
    ['', 'new', ['-', '+[new]']],
  ])('%j became %j', (before, after, lines) => {
    expect(told(compare(before, after))).toEqual(lines)
  })

  test('and nothing of either is left out or made up', () => {
    const line = fc.stringMatching(/^[ab .]{0,6}$/)
    const text = fc.array(line, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = compare(before.join('\n'), after.join('\n'))
        if (lines.some(({ is }) => is === 'skipped')) return
        expect(sideOf(lines, 'gone')).toEqual(before)
        expect(sideOf(lines, 'new')).toEqual(after)
      }),
    )
  })
})
