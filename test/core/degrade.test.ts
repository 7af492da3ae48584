import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Card, Choice, Choices, Content, FileId, FileRef, Media, Text } from '../../src/channel/index.ts'
import { id } from '../../src/channel/index.ts'
import { flatten, parseMarkdown } from '../../src/channel/kit/markdown.ts'
import { type Carries, degrade } from '../../src/core/degrade.ts'
import { measure } from '../../src/core/split.ts'

const anyFile = { maxBytes: 5_000_000 }
/** Everything, generously. */
const rich: Carries = {
  text: { maxLength: 4000, markdown: true },
  choices: { max: 10, maxLabel: 20, maxValueBytes: 64, maxText: 1000 },
  card: { maxChoices: 3, maxTitle: 60, maxText: 300, image: true, link: true },
  form: false,
  media: {
    image: { maxBytes: 1_000_000, mime: ['image/jpeg', 'image/png'] },
    audio: anyFile,
    video: anyFile,
    file: anyFile,
    maxCaption: 100,
  },
  place: true,
  contact: true,
  template: true,
}
/** Text and nothing else. */
const bareText: Carries = {
  text: { maxLength: 160, markdown: false },
  choices: false,
  card: false,
  form: false,
  media: { image: false, audio: false, video: false, file: false, maxCaption: 0 },
  place: false,
  contact: false,
  template: false,
}
const buttons: Carries = { ...bareText, choices: { max: 3, maxLabel: 12, maxValueBytes: 8, maxText: 60 } }
const inBytes: Carries = { ...rich, text: { maxLength: 200, unit: 'bytes', markdown: true }, card: false }
const picturesOnly: Carries = { ...bareText, media: { ...bareText.media, image: anyFile, maxCaption: 20 } }
const filesOnly: Carries = { ...bareText, media: { ...bareText.media, file: { maxBytes: 2_000_000 }, maxCaption: 20 } }
const shapes = { rich, bareText, buttons, inBytes, picturesOnly, filesOnly }

const link = (file: FileRef) => ('stored' in file ? `https://hub.example/files/${file.stored}` : '')
const said = (content: Content, can: Carries) => degrade(content, can, link)
const words = (contents: readonly Content[]) => contents.map((content) => ('text' in content ? content.text : content.type)).join('\n')

const yesNo: readonly Choice[] = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
]
const asks = (choices: readonly Choice[], text = 'Which one?'): Choices => ({ type: 'choices', text, choices })
const picture: Media = {
  type: 'media',
  kind: 'image',
  file: { url: 'https://a.example/cat.jpg', mime: 'image/jpeg', name: 'cat.jpg', bytes: 84_000 },
}
const stored = { stored: id<FileId>('f1') }
const report: Media = {
  type: 'media',
  kind: 'file',
  file: { ...stored, mime: 'application/pdf', name: 'report.pdf', bytes: 1_240_000 },
  caption: 'As promised',
}
const card: Card = {
  type: 'card',
  title: 'Printer',
  text: 'Out of paper',
  image: { url: 'https://a.example/p.png', mime: 'image/png' },
  link: { label: 'Manual', url: 'https://a.example/m' },
  choices: yesNo,
}

const withinRich: readonly Content[] = [
  { type: 'text', text: 'Hello' },
  { type: 'text', text: '**Hello**', format: 'markdown' },
  picture,
  report,
  asks(yesNo),
  card,
  { type: 'place', latitude: 1, longitude: 2 },
  { type: 'contact', name: 'Ann', phones: [], emails: [] },
  { type: 'template', name: 'hello', language: 'en', values: [], text: 'Hello' },
]
test.each(withinRich.map((content) => [content.type, content] as const))(
  '%s within the limits comes back as the same object',
  (_, content) => {
    const [only, ...more] = said(content, rich)
    expect(only).toBe(content)
    expect(more).toEqual([])
  },
)

describe('text', () => {
  test('loses its marks where they mean nothing', () => {
    expect(said({ type: 'text', text: '**Hi**, see [this](http://a.example)', format: 'markdown' }, bareText)).toEqual([
      { type: 'text', text: 'Hi, see this (http://a.example)' },
    ])
  })

  test('as typed keeps what only looks like a mark', () => {
    expect(said({ type: 'text', text: '2 * 3 * 4' }, bareText)).toEqual([{ type: 'text', text: '2 * 3 * 4' }])
  })

  test('too long goes out in pieces, in order', () => {
    const text = 'This is a sentence. '.repeat(20).trim()
    const pieces = said({ type: 'text', text }, bareText)
    expect(pieces.length).toBe(3)
    expect(words(pieces).replaceAll('\n', ' ')).toBe(text)
  })

  test('of blanks is no message', () => {
    expect(said({ type: 'text', text: ' \n ' }, bareText)).toEqual([])
  })

  test('with half a character is made whole', () => {
    expect(said({ type: 'text', text: 'a\ud83d' }, rich)).toEqual([{ type: 'text', text: 'a\ufffd' }])
  })
})

describe('choices', () => {
  const many = Array.from({ length: 11 }, (_, index) => ({ value: `v${index}`, label: `Label ${index + 1}` }))

  test.each([
    ['without buttons', asks(yesNo), bareText],
    ['with too many for the buttons', asks(many), rich],
    ['with a value too long to come back', asks([{ value: 'ä'.repeat(5), label: 'Yes' }, yesNo[1]!]), buttons],
    [
      'with buttons that hold next to nothing',
      asks([{ value: 'a', label: 'A long label' }]),
      { ...buttons, choices: { max: 3, maxLabel: 5, maxValueBytes: 8, maxText: 60 } },
    ],
  ])('%s are a numbered text', (_, content, can) => {
    const list = content.choices.map(({ label }, index) => `${index + 1}. ${label}`).join('\n')
    expect(said(content, can)).toEqual([{ type: 'text', text: `Which one?\n\n${list}` }])
  })

  test('with labels too long are numbered buttons under a text with the full labels', () => {
    const choices = [...yesNo, { value: 'maybe', label: 'Perhaps, if there is time' }]
    expect(said(asks(choices), buttons)).toEqual([
      {
        type: 'choices',
        text: 'Which one?\n\n1. Yes\n2. No\n3. Perhaps, if there is time',
        choices: [
          { value: 'yes', label: '1. Yes' },
          { value: 'no', label: '2. No' },
          { value: 'maybe', label: '3. Perhaps,…' },
        ],
      },
    ])
  })

  test('with labels alike or empty are numbered', () => {
    const choices = [...yesNo.slice(0, 1), { value: 'b', label: 'Yes' }, { value: 'c', label: ' ' }]
    expect(said(asks(choices, ''), buttons)).toEqual([
      {
        type: 'choices',
        text: '1. Yes\n2. Yes\n3.',
        choices: [
          { value: 'yes', label: '1. Yes' },
          { value: 'b', label: '2. Yes' },
          { value: 'c', label: '3.' },
        ],
      },
    ])
  })

  test('under a long text hang on its end', () => {
    const text = 'This is a sentence. '.repeat(12).trim()
    const contents = said(asks(yesNo, text), buttons)
    expect(contents.map(({ type }) => type)).toEqual(['text', 'text', 'choices'])
    expect((contents.at(-1) as Choices).text.length).toBeLessThanOrEqual(60)
    expect(words(contents).replaceAll('\n', ' ')).toBe(text)
  })

  test('without a text have at least a sign of one', () => {
    expect(said(asks(yesNo, ''), buttons)).toEqual([asks(yesNo, '…')])
  })

  test('of none are the text', () => {
    expect(said(asks([]), rich)).toEqual([{ type: 'text', text: 'Which one?' }])
  })
})

describe('card', () => {
  const exploded = [
    { type: 'media', kind: 'image', file: card.image },
    { type: 'choices', text: 'Printer\n\nOut of paper\n\nManual: https://a.example/m', choices: yesNo },
  ]
  test.each([
    ['where there are none', {}, { card: false }],
    ['with a title too long', { title: 'x'.repeat(61) }, {}],
    ['with a text too long', { text: 'x'.repeat(301) }, {}],
    ['where cards have no image', {}, { card: { ...rich.card, image: false } }],
    ['where cards have no link', {}, { card: { ...rich.card, link: false } }],
    ['with too many choices', {}, { card: { ...rich.card, maxChoices: 1 } }],
    ['with an image of the wrong type', { image: { url: 'https://a.example/p.tiff', mime: 'image/tiff' } }, {}],
  ])('%s is picture, text, link and choices', (_, change, less) => {
    const content = { ...card, ...change } as Card
    const [image, body] = said(content, { ...rich, ...less } as Carries)
    expect(image).toMatchObject({ type: 'media', file: content.image })
    expect(body).toEqual({ ...exploded[1], text: `${content.title}\n\n${content.text}\n\nManual: https://a.example/m` })
  })

  test('on text alone is all of it in words', () => {
    expect(words(said(card, bareText))).toBe(
      'image\nhttps://a.example/p.png\nPrinter\n\nOut of paper\n\nManual: https://a.example/m\n\n1. Yes\n2. No',
    )
  })
})

describe('media', () => {
  test.each([
    ['a kind that is not carried, as a file', picture, filesOnly, [{ ...picture, kind: 'file' }]],
    [
      'a type that is not allowed, as a file',
      { ...picture, file: { ...picture.file, mime: 'image/tiff' } },
      rich,
      [{ ...picture, kind: 'file', file: { ...picture.file, mime: 'image/tiff' } }],
    ],
    ['a sticker as a file is none any more', { ...picture, sticker: true }, filesOnly, [{ ...picture, kind: 'file' }]],
    [
      'a type with parameters, as it is',
      { ...picture, file: { ...picture.file, mime: 'image/JPEG; q=1' } },
      rich,
      [{ ...picture, file: { ...picture.file, mime: 'image/JPEG; q=1' } }],
    ],
    [
      'no way to carry it, as name, size and link',
      report,
      bareText,
      [{ type: 'text', text: 'As promised\nreport.pdf (1.2 MB)\nhttps://hub.example/files/f1' }],
    ],
    ['a public file, with its own address', picture, bareText, [{ type: 'text', text: 'cat.jpg (84 kB)\nhttps://a.example/cat.jpg' }]],
    [
      'too large, as name, size and link',
      { ...report, file: { ...report.file, bytes: 6_000_000 } },
      rich,
      [{ type: 'text', text: 'As promised\nreport.pdf (6.0 MB)\nhttps://hub.example/files/f1' }],
    ],
    [
      'without name, size and link, as what it is',
      { type: 'media', kind: 'audio', file: { ref: 7 } },
      bareText,
      [{ type: 'text', text: 'audio' }],
    ],
    [
      'a caption too long follows',
      { ...picture, caption: 'A cat that is longer than that' },
      picturesOnly,
      [picture, { type: 'text', text: 'A cat that is longer than that' }],
    ],
  ] as [string, Media, Carries, Content[]][])('%s', (_, content, can, expected) => {
    expect(said(content, can)).toEqual(expected)
  })
})

test.each([
  [
    { type: 'place', latitude: 52.5, longitude: -13.4000001, name: 'Office', address: 'Main St 1' },
    'Office\nMain St 1\nhttps://www.openstreetmap.org/?mlat=52.5&mlon=-13.4#map=16/52.5/-13.4',
  ],
  [{ type: 'contact', name: 'Ann', phones: ['+1 2'], emails: ['a@a.example'] }, 'Ann\n+1 2\na@a.example'],
  [{ type: 'template', name: 't', language: 'en', values: ['4711'], text: 'Request 4711' }, 'Request 4711'],
  [{ type: 'unreadable', platformType: 'poll', text: 'Lunch?' }, 'Something that cannot be shown here (poll).\nLunch?'],
] as [Content, string][])('%j in words', (content, text) => {
  expect(said(content, bareText)).toEqual([{ type: 'text', text }])
})

describe('whatever is said, wherever', () => {
  const text = fc
    .array(
      fc.constantFrom('word ', 'sentence. ', '\n\n', '**bold** ', '[l](http://x.y) ', '👨‍👩‍👧', 'é', 'x'.repeat(70), '*', '\ud83d', '😀 '),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(''))
  const label = fc.constantFrom('Yes', 'No', '', 'A label that is quite a bit longer', '👍👍👍👍👍👍👍👍👍', 'Ünï')
  const choices = fc.array(fc.record({ value: fc.string({ maxLength: 12 }), label }), { maxLength: 12 })
  const file = fc.record({
    mime: fc.constantFrom('image/png', 'image/tiff'),
    bytes: fc.constantFrom(10, 3_000_000, 9_000_000),
    name: text,
    stored: fc.constant('f1'),
  }) as unknown as fc.Arbitrary<FileRef>
  const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
    fc.option(
      value.map((one) => ({ [key]: one })),
      { nil: {} },
    )
  const content: fc.Arbitrary<Content> = fc.oneof(
    fc.record({ type: fc.constant('text' as const), text, format: fc.constantFrom<'plain' | 'markdown'>('plain', 'markdown') }),
    fc.record({ type: fc.constant('choices' as const), text, choices }),
    fc
      .tuple(
        fc.record({ type: fc.constant('media' as const), kind: fc.constantFrom('image', 'audio', 'video', 'file'), file }),
        optional('caption', text),
      )
      .map(([media, caption]) => ({ ...media, ...caption }) as Media),
    fc
      .tuple(
        fc.record({ type: fc.constant('card' as const), title: text }),
        optional('text', text),
        optional('image', file),
        optional('choices', choices),
      )
      .map((parts) => Object.assign({}, ...parts) as Card),
    fc.record({ type: fc.constant('template' as const), name: text, language: text, values: fc.array(text), text }),
    fc.record({ type: fc.constant('unreadable' as const), platformType: text, text }),
  )
  const shape = fc.constantFrom(...Object.values(shapes))

  test('is within the limits, well-formed and never empty', () => {
    fc.assert(
      fc.property(content, shape, (content, can) => {
        const unit = can.text.unit
        for (const part of said(content, can)) {
          expect(JSON.stringify(part)).toSatisfy((json: string) => !/\\ud[89a-f]/.test(json))
          if (part.type === 'text') {
            expect(measure(part.text, unit)).toBeLessThanOrEqual(can.text.maxLength)
            expect(part.text.trim()).not.toBe('')
            if (!can.text.markdown) expect(part.format).not.toBe('markdown')
          }
          if (part.type === 'choices') {
            if (!can.choices) throw new Error('choices where there are none')
            expect(part.choices.length).toBeLessThanOrEqual(can.choices.max)
            expect(measure(part.text, unit)).toBeLessThanOrEqual(can.choices.maxText)
            expect(part.text.trim()).not.toBe('')
            for (const { value, label } of part.choices) {
              expect(measure(label, unit)).toBeLessThanOrEqual(can.choices.maxLabel)
              expect(measure(value, 'bytes')).toBeLessThanOrEqual(can.choices.maxValueBytes)
              expect(label.trim()).not.toBe('')
            }
          }
          if (part.type === 'media') {
            expect(can.media[part.kind]).not.toBe(false)
            expect(measure(part.caption ?? '', unit)).toBeLessThanOrEqual(can.media.maxCaption)
          }
          if (part.type === 'card') expect(can.card).not.toBe(false)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('is said completely', () => {
    const letters = (text: string) => text.toWellFormed().replace(/\s+/g, '')
    const read = ({ text, format }: Text) => (format === 'markdown' ? flatten(parseMarkdown(text)).text : text)
    fc.assert(
      fc.property(text, choices, shape, (text, choices, can) => {
        const spoken = said(asks(choices, text), can)
        const heard = letters(spoken.map((part) => (part.type === 'text' || part.type === 'choices' ? part.text : '')).join(''))
        expect(heard.startsWith(letters(text))).toBe(true)
        const pressable = spoken.flatMap((part) => (part.type === 'choices' ? part.choices : []))
        for (const [index, { value, label }] of choices.entries()) {
          const written = heard.includes(letters(`${index + 1}. ${label}`))
          expect(written || pressable.some((button) => button.value === value.toWellFormed() && button.label === label)).toBe(true)
        }
        const plain = letters(
          said({ type: 'text', text }, can)
            .map((part) => read(part as Text))
            .join(''),
        )
        expect(plain).toBe(letters(text))
      }),
      { numRuns: 300 },
    )
  })
})
