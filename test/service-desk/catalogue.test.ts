import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { hubSchema, type Settings } from '../../config/schema.ts'
import { openServiceDesk } from '../../src/app/service-desk.ts'
import { loadCatalogue, readCatalogue, sampleApprovers } from '../../src/service-desk/catalogue.ts'
import { openMemory } from '../support/template.ts'

const shipped = new URL('../../config/catalogue.yaml', import.meta.url).pathname

const good = `categories:
  - id: hardware
    title: Hardware
    keywords: [laptop, 2in1]
items:
  - id: monitor
    title: Monitor
    category: hardware
    description: One more screen.
    fields:
      - name: size
        label: Size
        ask: Which size?
        kind: choice
        options:
          - value: 24
          - value: no
            label: None
    approvals:
      - title: Team lead
        approvers: [a@example.com, b@example.com]
        quorum: 2
`
const saying = (text: string): string => {
  try {
    readCatalogue('catalogue.yaml', text)
    return 'it was taken'
  } catch (error) {
    return (error as Error).message
  }
}

describe('the catalogue', () => {
  test('is read with its defaults, everything as it is typed', () => {
    expect(readCatalogue('catalogue.yaml', good)).toEqual({
      categories: [{ id: 'hardware', title: 'Hardware', keywords: ['laptop', '2in1'] }],
      items: [
        {
          id: 'monitor',
          title: 'Monitor',
          category: 'hardware',
          description: 'One more screen.',
          keywords: [],
          priority: 'low',
          fields: [
            {
              name: 'size',
              label: 'Size',
              ask: 'Which size?',
              required: true,
              kind: 'choice',
              options: [
                { value: '24', label: '24', also: [] },
                { value: 'no', label: 'None', also: [] },
              ],
            },
          ],
          approvals: [{ title: 'Team lead', approvers: ['a@example.com', 'b@example.com'], quorum: 2 }],
        },
      ],
    })
  })

  test.each([
    ['id: monitor', 'id: Big Monitor', 'line 6: items[0].id: expected small letters, digits and dashes, 40 at most, found "Big Monitor"'],
    [
      'kind: choice',
      'kind: choise',
      'line 14: items[0].fields[0].kind: expected text, long-text, date, email, number or choice, found "choise"; did you mean choice?',
    ],
    ['category: hardware', 'category: hardwear', 'line 8: items[0].category: expected the id of a category (hardware), found "hardwear"'],
    ['    keywords:', '    keyword:', 'line 4: categories[0].keyword: expected no such key; did you mean keywords?'],
    [
      '    title: Monitor',
      '    price: 3\n    title: Monitor',
      'line 7: items[0].price: expected no such key; the keys here are id, title, category',
    ],
    ['quorum: 2', 'quorum: 3', 'line 22: items[0].approvals[0].quorum: expected 2 at most: so many approvers there are, found "3"'],
    ['quorum: 2', 'quorum: two', 'line 22: items[0].approvals[0].quorum: expected a whole number from 1 to 20, found "two"'],
    ['quorum: 2', 'quorum: 0', 'expected a whole number from 1 to 20, found "0"'],
    ['b@example.com', 'the boss', 'line 21: items[0].approvals[0].approvers[1]: expected an e-mail address, found "the boss"'],
    ['b@example.com', 'A@example.com', 'items[0].approvals[0].approvers: expected each address once'],
    ['ask: Which size?', 'ask:', 'line 13: items[0].fields[0].ask: expected a text of 1 to 300 characters, found nothing'],
    ['        ask: Which size?\n', '', 'line 11: items[0].fields[0].ask: expected a text of 1 to 300 characters, found nothing'],
    ['value: no', 'value: 24', 'line 17: items[0].fields[0].options[1].value: expected a value that no other option has, found "24"'],
    ['kind: choice', 'kind: text', 'line 16: items[0].fields[0].options: expected no options: the kind is text, found a list of 2'],
    [
      'kind: choice',
      'lies: ahead\n        kind: choice',
      'items[0].fields[0].lies: expected nothing: only a date lies ahead or behind, and the kind is choice, found "ahead"',
    ],
    [
      / {8}kind: choice\n {8}options:[\s\S]*None\n/,
      '        kind: date\n        lies: aheed\n',
      'line 15: items[0].fields[0].lies: expected ahead or behind, found "aheed"; did you mean ahead?',
    ],
    [/ {8}options:[\s\S]*None\n/, '', 'line 11: items[0].fields[0].options: expected the options to choose from, found nothing'],
    [
      / {8}options:[\s\S]*None\n/,
      '        options: []\n',
      'line 15: items[0].fields[0].options: expected a list of 1 to 50 options, found an empty list',
    ],
    [
      'kind: choice',
      'required: maybe\n        kind: choice',
      'line 14: items[0].fields[0].required: expected true or false, found "maybe"',
    ],
    [/ {4}fields:[\s\S]*/, '    fields: yes\n', 'line 10: items[0].fields: expected a list of up to 20 fields, found "yes"'],
    [/^categories:[\s\S]*?items:/, 'items:', 'line 1: categories: expected a list of 1 to 100 categories, found nothing'],
    [
      'items:\n',
      'items:\n  - just words\n',
      'line 6: items[0]: expected id, title, category and description of an item, found "just words"',
    ],
  ])('%s → %s is told with its line, its key and what would be right', (from, to, said) => {
    const text = good.replace(from, to)
    expect(text).not.toBe(good)
    expect(saying(text)).toContain(said)
    expect(saying(text)).toMatch(/^catalogue\.yaml, line \d+: /)
  })

  test('tells all mistakes at once, in the order of their lines', () => {
    const text = good.replace('id: monitor', 'id: A B').replace('quorum: 2', 'quorum: x').replace('title: Hardware', 'titel: Hardware')
    expect(
      saying(text)
        .split('\n')
        .map((line) => /line \d+: [^:]+/.exec(line)?.[0]),
    ).toEqual([
      'line 2: categories[0].title',
      'line 3: categories[0].titel',
      'line 6: items[0].id',
      'line 22: items[0].approvals[0].quorum',
    ])
  })

  test.each([
    [`${good}  - ${good.split('items:\n  - ')[1]}`, 'line 23: items[1].id: expected an id that no other item has, found "monitor"'],
    [
      good.replace('items:', '  - id: hardware\n    title: Again\nitems:'),
      'line 5: categories[1].id: expected an id that no other category has',
    ],
    [
      good.replace(
        '    approvals:',
        `${good.slice(good.indexOf('      - name'), good.indexOf('        kind'))}        kind: text\n    approvals:`,
      ),
      'items[0].fields[1].name: expected a name that no other field of this item has',
    ],
    ['', 'the file: expected `categories:` and `items:`, found nothing'],
    ['just words', 'expected `categories:` and `items:`, found "just words"'],
    ['items: [', 'line 1: '],
    [`${good}items: []\n`, 'line 23: '],
  ])('refuses what stands twice, or is no catalogue at all', (text, said) => {
    expect(saying(text)).toContain(said)
  })

  test('as it is shipped is right, knows every approver by a sample address, and offers what its categories hold', async () => {
    const { categories, items } = await loadCatalogue(shipped)
    expect(categories).toHaveLength(8)
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(['new-laptop', 'vpn-access', 'new-starter', 'leaver']))
    expect(items).toHaveLength(13)
    const approvers = items.flatMap(({ approvals }) => approvals.flatMap((rule) => rule.approvers))
    expect(approvers.filter((address) => !address.endsWith('@example.com'))).toEqual([])
    for (const { id, fields, keywords } of items) {
      expect(keywords.length, id).toBeGreaterThan(5)
      for (const field of fields) expect(field.ask, `${id}.${field.name}`).toMatch(/[?.]$/)
      const meant = fields.flatMap((field) =>
        field.kind === 'choice'
          ? [field.options.flatMap(({ value, label, also }) => [...new Set([value, label, ...also].map((word) => word.toLowerCase()))])]
          : [],
      )
      for (const words of meant) expect(new Set(words).size, `${id}: a word means two options`).toBe(words.length)
    }
    expect(
      readFileSync(shipped, 'utf8')
        .split('\n')
        .filter((line) => line.length > 320),
    ).toEqual([])
  })
})

describe('approvers that are samples', () => {
  test('are found, each once, and nobody else’s', async () => {
    const others = good.replace('b@example.com', 'c@mail.Example.ORG, d@example.com.au, e@myexample.net, f@example.dev')
    expect(sampleApprovers(readCatalogue('catalogue.yaml', others))).toEqual(['a@example.com', 'c@mail.Example.ORG'])
    expect(sampleApprovers(await loadCatalogue(shipped))).toContain('it-approvals@example.com')
  })

  test('are warned of once at the start, except in the playground', async () => {
    const { db, close } = await openMemory()
    const warned = async (hub: object) => {
      const lines: string[] = []
      const sink = new Writable({
        write(chunk, _, done) {
          lines.push(String(chunk))
          done()
        },
      })
      await openServiceDesk({
        db,
        settings: { ...hubSchema.parse(hub), content: { catalogue: shipped } } as unknown as Settings,
        secret: 'x',
        publicUrl: () => 'https://desk.example',
        now: () => new Date(),
        log: pino({ level: 'warn' }, sink),
        files: { find: async () => [], link: () => '' },
      })
      return lines
    }
    expect(await warned({})).toEqual([expect.stringContaining('it-approvals@example.com and others')])
    expect(await warned({ playground: true })).toEqual([])
    await close()
  })
})
