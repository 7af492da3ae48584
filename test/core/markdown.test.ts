import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Dialect,
  escapeMarkdown,
  flatten,
  markdownDialect,
  parseMarkdown,
  plainDialect,
  renderMarkdown,
  slice,
  toPlainText,
} from '../../src/channel/kit/markdown.ts'
import { cpuMs } from '../support/cpu.ts'

const html: Dialect = {
  ...plainDialect,
  text: (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
  bold: (inner) => `<b>${inner}</b>`,
  italic: (inner) => `<i>${inner}</i>`,
  strike: (inner) => `<s>${inner}</s>`,
  code: (value) => `<code>${value}</code>`,
  pre: (value, language) => `<pre ${language ?? '?'}>${value}</pre>`,
  link: (label, url, bare) => (bare ? `<${url}>` : `<a ${url}>${label}</a>`),
  heading: (inner, depth) => `<h${depth}>${inner}</h${depth}>`,
  quote: (inner) => `<q>${inner}</q>`,
  list: (items, first) => `<list ${first ?? '-'}>${items.map((item) => `<li>${item}</li>`).join('')}</list>`,
  rule: '<hr>',
}
const asHtml = (markdown: string) => renderMarkdown(parseMarkdown(markdown), html)
const bare = (text: string) => text.replace(/\s+/g, '')

/** Marks, blanks and text in any order: what no writer types, but some program will. */
const anyMarkdown = fc
  .array(
    fc.constantFrom(
      ...['a', 'b c', ' ', '\n', '\n\n', '*', '**', '_', '__', '~~', '`', '```', '\n```\n', '[x](http://y)', '[', '](', ')', '!', '<', '>'],
      ...[
        '<http://a>',
        '- ',
        '1. ',
        '2) ',
        '# ',
        '\n- ',
        '\n1. ',
        '\n> ',
        '\n  - ',
        '&amp;',
        '&',
        '\\',
        '"',
        '.',
        '#',
        'é',
        '😀',
        '---',
        '<b>',
      ],
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''))

describe('reading', () => {
  test.each([
    ['**bold** and __bold__', '<b>bold</b> and <b>bold</b>'],
    ['*it* and _it_, not snake_case_name', '<i>it</i> and <i>it</i>, not snake_case_name'],
    ['~~gone~~ but ~not~', '<s>gone</s> but ~not~'],
    ['run `npm *start*`', 'run <code>npm *start*</code>'],
    ['```js\nlet a = 1\n```', '<pre js>let a = 1</pre>'],
    ['```js\nlet a', '<pre js>let a</pre>'],
    ['[here](https://a.example/x_y_z)', '<a https://a.example/x_y_z>here</a>'],
    ['<https://a.example>', '<https://a.example>'],
    ['<me@a.example>', '<mailto:me@a.example>'],
    ['# Title\ntext', '<h1>Title</h1>\ntext'],
    ['> quoted\n> twice', '<q>quoted\ntwice</q>'],
    ['Choose:\n- a\n- b', 'Choose:\n<list -><li>a</li><li>b</li></list>'],
    ['3. c\n4. d', '<list 3><li>c</li><li>d</li></list>'],
    ['- a\n  - b', '<list -><li>a\n<list -><li>b</li></list></li></list>'],
    ['a\n***\nb', 'a\n<hr>\nb'],
    ['Tom &amp; Jerry &copy;', 'Tom &amp; Jerry ©'],
    ['2 \\* 3', '2 * 3'],
  ])('%j is %j', (markdown, expected) => {
    expect(asHtml(markdown)).toBe(expected)
  })

  test.each([
    ['a single line break stays', 'one\ntwo  \nthree\\\nfour', 'one\ntwo\nthree\nfour'],
    ['HTML is text', '<b>hi</b> *you*\n<script>x</script>', '&lt;b>hi&lt;/b> <i>you</i>\n&lt;script>x&lt;/script>'],
    [
      'an image is a link',
      '![cat](https://a.example/c.png) ![](https://a.example/d.png)',
      '<a https://a.example/c.png>cat</a> <https://a.example/d.png>',
    ],
    ['a definition is text', '[note]: see below', '[note]: see below'],
    ['a line under a line is no heading', 'Regards\n--\nAnn', 'Regards\n--\nAnn'],
    ['indented text is no code', 'a\n\n      b', 'a\n\nb'],
    ['what stands behind a fence and is no language is text', '```error: it broke\nhere\n```', '<pre ?>error: it broke\nhere</pre>'],
    ['a link without an address is its label', '[label]()', 'label'],
  ])('%s', (_, markdown, expected) => {
    expect(asHtml(markdown)).toBe(expected)
  })

  test.each(['#', '>', '-', '1.', '```', '- -', '**', '[]()', '```\n```'])('a lone %j is what somebody typed', (typed) => {
    expect(bare(toPlainText(parseMarkdown(typed)))).not.toBe('')
  })

  test('text without marks reads the same with and without the parser', () => {
    const plain = fc.array(
      fc.constantFrom('a', 'Hi, you!', ' ', '  ', '\t', '\n', '\r\n', '\n\n', '\n \n', 'é', '(x)', 'Q&A', '5 < 6', '[REQ-1]', '😀', '\0'),
      {
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(plain, (parts) => {
        const text = `${parts.join('')}\n\nend`
        const parsed = flatten(parseMarkdown(`${text} \\.`)).text
        expect(flatten(parseMarkdown(text)).text).toBe(parsed.slice(0, -2))
      }),
      { numRuns: 300 },
    )
  })

  test('containers nested without end are bounded and keep their text', () => {
    expect(toPlainText(parseMarkdown(`${'> '.repeat(25)}deep`))).toBe(`${'> '.repeat(12)}deep`)
    expect(toPlainText(parseMarkdown(`${'>'.repeat(5000)}deep`))).toContain('deep')
    expect(toPlainText(parseMarkdown(`${'*a '.repeat(200)}${'b* '.repeat(200)}`))).toContain('b')
    expect(toPlainText(parseMarkdown(`${'[a '.repeat(900)}${'](u)'.repeat(900)}`))).toContain('a')
  })

  test('no text of 100,000 characters keeps it busy', () => {
    const size = 100_000
    const nasty = ['*a_ ', 'a**b', '>', '> ', '[a](', '[a](<b', '![', '`', '_a __a ', '~~a ', '- ', ' ']
    for (const part of nasty) {
      const text = `*${part.repeat(size / part.length)}b`
      expect(
        cpuMs(() => void toPlainText(parseMarkdown(text))),
        JSON.stringify(part),
      ).toBeLessThan(2_500)
    }
  })
})

describe('writing', () => {
  test('plain text has bullets, numbers, addresses and code as it is', () => {
    const markdown = '# Hello\nSee [the page](https://a.example), **now**:\n- one\n  - two\n1. `x`\n\n> q\n\n```\ncode  here\n```'
    expect(toPlainText(parseMarkdown(markdown))).toBe(
      'Hello\nSee the page (https://a.example), now:\n• one\n  • two\n1. x\n\n> q\n\ncode  here',
    )
  })

  test('escaped text is read as the same text', () => {
    fc.assert(
      fc.property(fc.oneof(anyMarkdown, fc.string({ unit: 'grapheme' })), (text) => {
        const lines = text
          .replace(/\r\n?/g, '\n')
          .replaceAll('\0', '\uFFFD')
          .replace(/^\uFEFF/, '')
        const read = toPlainText(parseMarkdown(escapeMarkdown(text)))
        expect(bare(read)).toBe(bare(lines))
      }),
      { numRuns: 500 },
    )
  })

  test('written markdown is read as the same marks', () => {
    const writers = fc.array(
      fc.constantFrom(
        '**b** ',
        '*i* ',
        '~~s~~ ',
        '`c` ',
        '[l](http://x?a=1&b=2) ',
        '\n- it\n',
        '\n2. nr\n',
        '\n> q\n',
        '\n\n',
        '\n```js\nx*y\n```\n',
        'text & <b> #1 ',
      ),
      { maxLength: 15 },
    )
    fc.assert(
      fc.property(writers, (parts) => {
        const tree = parseMarkdown(parts.join(''))
        expect(bare(asHtml(renderMarkdown(tree, markdownDialect)))).toBe(bare(renderMarkdown(tree, html)))
      }),
      { numRuns: 250 },
    )
  })

  test('all slices together read like the whole', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.nat(40), (markdown, at) => {
        const flat = flatten(parseMarkdown(markdown))
        const parts = [slice(flat, 0, at), slice(flat, at, flat.text.length)].map((tree) => flatten(tree).text)
        expect(bare(parts.join(''))).toBe(bare(flat.text))
      }),
      { numRuns: 250 },
    )
  })
})
