import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flatten, parseMarkdown } from '../../src/channel/kit/markdown.ts'
import { fits, measure, shorten, splitMarkdown, splitText } from '../../src/core/split.ts'
import { cpuMs } from '../support/cpu.ts'

const bare = (text: string) => text.replace(/\s+/g, '')
const texts = (markdown: string, max: number) => splitMarkdown(markdown, { max }).map(({ text }) => text)
const family = '👨‍👩‍👧‍👦'

describe('plain text', () => {
  test.each([
    ['between paragraphs', 'One two three.\n\nFour five.', 20, ['One two three.', 'Four five.']],
    ['between sentences', 'It is down. We know. Sorry for that.', 22, ['It is down. We know.', 'Sorry for that.']],
    ['between sentences without blanks', '你好。我们知道了。对不起', 10, ['你好。我们知道了。', '对不起']],
    ['between lines', 'alpha beta\ngamma delta', 15, ['alpha beta', 'gamma delta']],
    ['between words', 'alpha beta gamma', 12, ['alpha beta', 'gamma']],
    ['inside a word that is longer than the limit', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['before a long word that fits on its own', 'hi abcdefghij', 10, ['hi', 'abcdefghij']],
    ['between emoji, never inside', family.repeat(3), 25, [family.repeat(2), family]],
    ['between flags, never inside', '🇩🇪🇫🇷🇮🇹', 6, ['🇩🇪', '🇫🇷', '🇮🇹']],
    ['after a letter with its accent', 'aaae\u0301b', 4, ['aaa', 'e\u0301b']],
    ['not at a blank that must not break', 'ab 10\u00a0km cd', 6, ['ab', '10\u00a0km', 'cd']],
    ['keeping the indentation of a line', 'if (a)\n    go()', 10, ['if (a)', '    go()']],
  ])('is cut %s', (_, text, max, pieces) => {
    expect(splitText(text, { max })).toEqual(pieces)
  })

  test('one character that is longer than the limit is cut between code points', () => {
    const pieces = splitText(`e${'\u0301'.repeat(20)}`, { max: 8 })
    expect(pieces.every((piece) => piece.length <= 8)).toBe(true)
    expect(splitText('😀😀', { max: 1 })).toEqual(['😀', '😀'])
  })

  test('bytes are counted where the platform counts bytes', () => {
    expect(splitText('äöüß', { max: 4, unit: 'bytes' })).toEqual(['äö', 'üß'])
    expect(fits('äöüß', { max: 7, unit: 'bytes' })).toBe(false)
    expect(fits('äöüß', { max: 8, unit: 'bytes' })).toBe(true)
  })

  test('every piece is within the limit, whole, and nothing is lost', () => {
    const unit = fc.constantFrom<'utf16' | 'bytes'>('utf16', 'bytes')
    const text = fc.array(
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom(' ', '\n', '\n\n', '. ', family, '🇩🇪', 'e\u0301')),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(text, fc.integer({ min: 30, max: 90 }), unit, (parts, max, unit) => {
        const whole = parts.join('').toWellFormed()
        const pieces = splitText(whole, { max, unit })
        for (const piece of pieces) {
          expect(measure(piece, unit)).toBeLessThanOrEqual(max)
          expect(piece.isWellFormed()).toBe(true)
        }
        expect(bare(pieces.join(''))).toBe(bare(whole))
      }),
      { numRuns: 500 },
    )
  })

  test('no character is cut in two', () => {
    const graphemes = fc.array(fc.constantFrom('a', ' ', '😀', family, '🇩🇪', 'e\u0301', 'क्षि', '\r\n', '한', '👍🏽', '1️⃣'), {
      maxLength: 60,
    })
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
    const count = (text: string) => [...segmenter.segment(bare(text))].length
    fc.assert(
      fc.property(graphemes, fc.integer({ min: 15, max: 40 }), (parts, max) => {
        const whole = parts.join('')
        const pieces = splitText(whole, { max })
        expect(
          pieces.reduce((sum, piece) => sum + [...segmenter.segment(piece)].filter(({ segment }) => segment.trim() !== '').length, 0),
        ).toBe([...segmenter.segment(whole)].filter(({ segment }) => segment.trim() !== '').length)
        expect(count(pieces.join(''))).toBe(count(whole))
      }),
      { numRuns: 300 },
    )
  })

  test('100,000 characters are cut without looking at each for every other, with or without blanks', () => {
    const cut = (text: string) => {
      for (const unit of ['utf16', 'bytes'] as const) splitText(text, { max: 1000, unit })
    }
    for (const text of [
      'word '.repeat(20_000),
      'x'.repeat(100_000),
      'é'.repeat(100_000),
      '😀'.repeat(50_000),
      ' '.repeat(100_000),
      '\u0301'.repeat(100_000),
    ])
      expect(cpuMs(() => cut(text))).toBeLessThan(2_000)
  })
})

test.each([
  ['Create a new request', 12, 'Create a ne…'],
  ['Short', 12, 'Short'],
  [`ab${family}`, 8, 'ab…'],
  ['Create request', 8, 'Create…'],
])('%j shortened to %d is %j', (label, max, expected) => {
  expect(shorten(label, { max })).toBe(expected)
})

describe('markdown', () => {
  test('within the limit it is the same text', () => {
    expect(splitMarkdown('**a**  *b*', { max: 10 })).toEqual([{ text: '**a**  *b*', format: 'markdown' }])
  })

  test.each([
    ['marks are closed and opened again', '**one two three four**', 14, ['**one two**', '**three four**']],
    ['nested marks too', '**one _two three_ four**', 16, ['**one *two***', '***three* four**']],
    ['a fence is closed and opened again', '```js\nfirst()\n  second()\n```', 24, ['```js\nfirst()\n```', '```js\n  second()\n```']],
    ['a quote goes on as a quote', '> one two\n> three four', 14, ['> one two', '> three four']],
    ['a numbered list keeps its numbers', '1. one\n2. two\n3. three', 14, ['1. one\n2. two', '3. three']],
    ['a link stays whole', 'see the [page here](http://a.example) now', 34, ['see the', '[page here](<http://a.example>)', 'now']],
    ['code in a line stays whole', 'please run `npm start now` here', 20, ['please run', '`npm start now` here']],
  ])('%s', (_, markdown, max, expected) => {
    expect(texts(markdown, max)).toEqual(expected)
  })

  test('a list item that goes on has no second bullet', () => {
    expect(texts('- one two three four five\n- six', 20)).toEqual(['- one two three four', 'five\n- six'])
  })

  test('an address that is longer than the limit is written out', () => {
    const url = `https://a.example/${'x'.repeat(80)}`
    expect(
      bare(
        splitMarkdown(`[page](${url})`, { max: 40 })
          .map(({ text }) => text)
          .join(''),
      ),
    ).toBe(`page(${url})`)
  })

  test('where the marks alone do not fit, the text goes without them', () => {
    const pieces = splitMarkdown(`${'> '.repeat(12)}abcdefghijklmnopqrstuvwxyz`, { max: 20 })
    expect(pieces.every(({ text, format }) => text.length <= 20 && format === 'plain')).toBe(true)
    expect(
      pieces
        .map(({ text }) => text)
        .join('')
        .replace(/[> \n]/g, ''),
    ).toBe('abcdefghijklmnopqrstuvwxyz')
  })

  test('every piece is within the limit and stands alone, and nothing is lost', () => {
    const part = fc.constantFrom(
      ...[
        '**bold words** ',
        '*it* ',
        '~~gone away~~ ',
        '`code` ',
        '[label](http://x.y) ',
        '\n- item one\n- item two\n',
        '\n2. nr\n3. nr\n',
      ],
      ...[
        '\n> quoted words\n',
        '\n\n',
        '\n```js\nlet x = *y\n\n  z\n```\n',
        'text & <b> #1. ',
        'word ',
        '😀',
        'é ',
        '***both** of them* ',
        '# Title\n',
        '*',
      ],
    )
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 40 }),
        fc.integer({ min: 40, max: 120 }),
        fc.constantFrom<'utf16' | 'bytes'>('utf16', 'bytes'),
        (parts, max, unit) => {
          const markdown = parts.join('')
          const pieces = splitMarkdown(markdown, { max, unit })
          for (const { text } of pieces) {
            expect(measure(text, unit)).toBeLessThanOrEqual(max)
            expect(text.isWellFormed()).toBe(true)
          }
          const read = pieces.map(({ text, format }) => (format === 'markdown' ? flatten(parseMarkdown(text)).text : text))
          expect(pieces.every(({ format }) => format === 'markdown')).toBe(true)
          expect(bare(read.join(''))).toBe(bare(flatten(parseMarkdown(markdown)).text))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('260,000 characters of marked text take hardly longer for each than fewer of them', () => {
    const marked = 'Some **bold** text and a [link](http://a.example/b). More of it.\n\n'
    // It takes some 1.5 s; what grows with the square would take a minute.
    expect(cpuMs(() => void splitMarkdown(marked.repeat(4_000), { max: 4096 }))).toBeLessThan(30_000)
  })
})
