import { describe, expect, test } from 'vitest'
import { type Block, parseMarkdown } from '../../web/shared/markdown.ts'
import { type Inline, plainInlines, safeLink } from '../../web/shared/markdown-inline.ts'
import { cpuMs } from '../support/cpu.ts'

/** The tree in short: `b(…)` bold, `i(…)` italic, `s(…)` strike, `c(…)` code, `a[href](…)` link. */
const inline = (node: Inline): string => {
  switch (node.is) {
    case 'text':
      return node.text
    case 'code':
      return `c(${node.text})`
    case 'bold':
    case 'italic':
    case 'strike':
      return `${node.is[0]}(${node.inside.map(inline).join('')})`
    case 'link':
      return `a[${node.href}](${node.inside.map(inline).join('')})`
    case 'break':
      return '⏎'
  }
}
const block = (node: Block): string => {
  switch (node.is) {
    case 'paragraph':
      return `p(${node.inside.map(inline).join('')})`
    case 'heading':
      return `h(${node.inside.map(inline).join('')})`
    case 'code':
      return `pre(${node.text})`
    case 'quote':
      return `q(${node.inside.map(block).join('')})`
    case 'list':
      return `${node.start === null ? 'ul' : `ol${node.start}`}(${node.items.map((item) => `li(${item.map(block).join('')})`).join('')})`
    case 'line':
      return 'hr'
  }
}
const drawn = (text: string) => parseMarkdown(text).map(block).join('')

describe('markdown of a message', () => {
  test.each([
    ['plain', 'p(plain)'],
    ['**bold** and *italic* and _italic_ and ~~gone~~', 'p(b(bold) and i(italic) and i(italic) and s(gone))'],
    ['**bold with *italic* inside**', 'p(b(bold with i(italic) inside))'],
    ['`code **not bold**`', 'p(c(code **not bold**))'],
    ['snake_case_name and 2 * 3 * 4', 'p(snake_case_name and 2 * 3 * 4)'],
    ['\\*typed\\*', 'p(*typed*)'],
    ['one\ntwo\n\nthree', 'p(one⏎two)p(three)'],
    ['# Title', 'h(Title)'],
    ['- a\n- b\n  - c', 'ul(li(p(a))li(p(b)ul(li(p(c)))))'],
    ['3. a\n4. b', 'ol3(li(p(a))li(p(b)))'],
    ['> said\n> more', 'q(p(said⏎more))'],
    ['```js\nlet a = "**"\n```\nafter', 'pre(let a = "**")p(after)'],
    ['---', 'hr'],
    ['[site](https://example.com/a_(b))', 'p(a[https://example.com/a_(b)](site))'],
    ['see https://example.com/x.', 'p(see a[https://example.com/x](https://example.com/x).)'],
    ['<mailto:desk@example.com>', 'p(a[mailto:desk@example.com](desk@example.com))'],
    ['**never closed', 'p(**never closed)'],
    ['<b>html</b> & <script>', 'p(<b>html</b> & <script>)'],
  ])('%j becomes %s', (text, tree) => expect(drawn(text)).toBe(tree))

  test.each(['javascript:alert(1)', 'data:text/html,x', 'JaVaScRiPt:alert(1)', 'vbscript:x', '//example.com', '/path'])(
    'a link to %j is text',
    (url) => {
      expect(safeLink(url)).toBeNull()
      expect(drawn(`[x](${url})`)).not.toContain('a[')
    },
  )

  test('what a person typed keeps every sign, and only addresses become links', () => {
    const text = '**a** <b> https://example.com/?q=1, then\nb'
    expect(plainInlines(text).map(inline).join('')).toBe('**a** <b> a[https://example.com/?q=1](https://example.com/?q=1), then⏎b')
  })

  test.each([
    ['stars', '**a '.repeat(5_000)],
    ['brackets', '[a]('.repeat(5_000)],
    ['ticks', '`a '.repeat(6_000)],
    ['quotes', '> '.repeat(10_000)],
    ['lists', '- '.repeat(10_000)],
    ['marks of all kinds', '*_~`[<!'.repeat(2_800)],
  ])('a wall of %s does not keep it busy', (_name, text) => {
    expect(cpuMs(() => void parseMarkdown(text))).toBeLessThan(2_000)
  })
})
