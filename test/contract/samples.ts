import { type Choice, type Content, type FileId, type Form, id, type MediaKind } from '../../src/channel/index.ts'

/** The hub's own files in this suite: real beginnings of files, because platforms look at them. */
export const files: ReadonlyMap<FileId, { readonly mime: string; readonly name: string; readonly bytes: Uint8Array }> = new Map([
  [id('image'), { mime: 'image/png', name: 'screen.png', bytes: png() }],
  [id('audio'), { mime: 'audio/mpeg', name: 'hello.mp3', bytes: filled([0x49, 0x44, 0x33, 3, 0], 2000) }],
  [id('voice'), { mime: 'audio/ogg', name: 'hello.ogg', bytes: filled([0x4f, 0x67, 0x67, 0x53], 2000) }],
  [id('video'), { mime: 'video/mp4', name: 'screen.mp4', bytes: filled([0, 0, 0, 24, 0x66, 0x74, 0x79, 0x70], 2000) }],
  [id('file'), { mime: 'application/pdf', name: 'Anleitung "Zürich" 2026.pdf', bytes: filled([0x25, 0x50, 0x44, 0x46], 5000) }],
  [
    id('drawing'),
    { mime: 'image/svg+xml', name: 'plan.svg', bytes: new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>') },
  ],
])

function filled(head: readonly number[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  bytes.set(head)
  return bytes
}

function png(): Uint8Array {
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  return new Uint8Array(Buffer.from(pixel, 'base64'))
}

const stored = (kind: string) => {
  const { mime, name, bytes } = files.get(id(kind))!
  return { stored: id<FileId>(kind), mime, name, bytes: bytes.length }
}
const media = (kind: MediaKind, file: string, caption?: string): Content => ({
  type: 'media',
  kind,
  file: stored(file),
  ...(caption ? { caption } : {}),
})
const numbered = (count: number, label: (number: number) => string): Choice[] =>
  Array.from({ length: count }, (_, index) => ({ value: `choice:${index + 1}`, label: label(index + 1) }))

const words = (count: number): string => Array.from({ length: count }, (_, index) => `word${index + 1}`).join(' ')
export const family = '👨‍👩‍👧‍👦'
export const hostile =
  '<b>bold?</b> & &amp; *star* _under_ `tick` ~wave~ [link](http://x.example) <@U123> | \\ "quoted" {json: 1} # 1. - > \u200bzero\u200d {{x}} $(y)'

/** A form with one of each kind; what it is asked by where there are none says the same words. */
export const form: Form = {
  type: 'form',
  title: 'What is <broken>?',
  text: 'Fill in what you know & *send* it.',
  fields: [
    { kind: 'text', name: 'subject', label: 'In short', required: true, hint: 'One line, <no> marks' },
    { kind: 'long-text', name: 'description', label: 'What happens?', required: false, value: 'It says "no" & stops' },
    {
      kind: 'choice',
      name: 'urgency',
      label: 'How urgent is it?',
      required: true,
      value: 'urgency:2',
      options: [
        { value: 'urgency:1', label: 'Today' },
        { value: 'urgency:2', label: 'This week' },
      ],
    },
    { kind: 'date', name: 'since', label: 'Since when?', required: false, value: '2026-01-02' },
  ],
  submit: { value: 'request:create', label: 'Send it' },
  choices: [{ value: 'request:cancel', label: 'Never mind' }],
  otherwise: [
    { type: 'text', text: 'What is <broken>?\n\nIn short, and how it came about. Then: Send it.' },
    { type: 'choices', text: 'How urgent is it?', choices: [{ value: 'urgency:1', label: 'Today' }] },
  ],
}

/** Everything that the house may want to say, with the words that the person must be able to read. */
export const samples: { readonly [name: string]: { readonly content: Content; readonly reads: readonly string[] } } = {
  text: { content: { type: 'text', text: 'Your request REQ1042 was created.' }, reads: ['REQ1042'] },
  'text-hostile': { content: { type: 'text', text: hostile }, reads: ['<b>bold?</b>', '&amp;', '*star*', '<@U123>', '$(y)'] },
  'text-right-to-left': { content: { type: 'text', text: 'الطلب رقم ١٢ جاهز \u200f(REQ12)' }, reads: ['الطلب', '(REQ12)'] },
  'text-markdown': {
    content: {
      type: 'text',
      format: 'markdown',
      text: '# Reset\n\n**Bold**, *italic*, ~~gone~~ and `a < b && c`.\n\n1. Open [the page](https://help.example.com/a?b=1&c="2")\n2. Press <Enter>\n\n- one\n- two\n\n> quoted\n\n```sh\nrm -rf "$DIR" # careful\n```',
    },
    reads: ['Reset', 'Bold', 'italic', 'a < b && c', 'the page', '<Enter>', 'quoted', 'rm -rf "$DIR" # careful'],
  },
  choices: {
    content: {
      type: 'choices',
      text: 'What can I do for you?',
      choices: [
        { value: 'menu:create', label: 'Create Request' },
        { value: 'menu:open', label: 'Open Requests' },
        { value: 'menu:technician', label: 'Talk to a technician' },
      ],
    },
    reads: ['What can I do for you?', 'Create Request', 'Open Requests', 'Talk to a technician'],
  },
  'choices-yes-no': {
    content: {
      type: 'choices',
      text: 'Is <this> right & proper?',
      choices: [
        { value: 'yes', label: 'Yes' },
        { value: 'no', label: 'No' },
      ],
    },
    reads: ['Is <this> right & proper?', 'Yes', 'No'],
  },
  card: {
    content: {
      type: 'card',
      title: 'REQ1042 <laptop>',
      text: 'Does not start & shows *black*.',
      link: { label: 'Open', url: 'https://help.example.com/r/1042' },
      choices: [
        { value: 'approve:1042', label: 'Approve' },
        { value: 'reject:1042', label: 'Reject' },
      ],
    },
    reads: ['REQ1042 <laptop>', '*black*', 'https://help.example.com/r/1042', 'Approve', 'Reject'],
  },
  'card-with-image': {
    content: { type: 'card', title: 'How it looks', text: 'On the left.', image: stored('image') },
    reads: ['How it looks', 'On the left.'],
  },
  'card-with-local-link': {
    content: { type: 'card', title: 'Try it', link: { label: 'Portal', url: 'http://127.0.0.1:3000/portal' } },
    reads: ['Try it', 'http://127.0.0.1:3000/portal'],
  },
  form: { content: form, reads: ['What is <broken>?', 'In short', 'How urgent is it?', 'Today', 'Send it'] },
  image: { content: media('image', 'image', 'The error & its <window>'), reads: ['The error & its <window>'] },
  'image-unusual': { content: media('image', 'drawing'), reads: [] },
  audio: { content: media('audio', 'audio'), reads: [] },
  voice: { content: media('audio', 'voice'), reads: [] },
  video: { content: media('video', 'video', 'Watch'), reads: ['Watch'] },
  file: { content: media('file', 'file', 'The manual'), reads: ['The manual'] },
  'file-too-large': {
    content: {
      type: 'media',
      kind: 'file',
      file: { ...stored('file'), bytes: 5_000_000_000, name: 'disk-image.iso' },
      caption: 'All of it',
    },
    reads: ['disk-image.iso', 'All of it'],
  },
  'image-long-caption': { content: media('image', 'image', words(700)), reads: ['word1', 'word350', 'word700'] },
  place: { content: { type: 'place', latitude: 47.376887, longitude: 8.541694 }, reads: [] },
  'place-named': {
    content: { type: 'place', latitude: 47.376887, longitude: 8.541694, name: 'HQ', address: 'Bahnhofstrasse 1' },
    reads: ['HQ'],
  },
  contact: {
    content: { type: 'contact', name: 'Help Desk', phones: ['+41441234567'], emails: ['help@example.com'] },
    reads: ['Help Desk'],
  },
  'contact-without-phone': {
    content: { type: 'contact', name: 'Help Desk', phones: [], emails: ['help@example.com'] },
    reads: ['Help Desk', 'help@example.com'],
  },
  template: {
    content: { type: 'template', name: 'request_update', language: 'en', values: ['1042'], text: 'News on request 1042.' },
    reads: ['1042'],
  },
  unreadable: { content: { type: 'unreadable', platformType: 'poll', text: 'Which printer?' }, reads: ['Which printer?'] },
}

/** The same, too large for golden files: judged by what the person sees. */
export const largeSamples: { readonly [name: string]: Content } = {
  'text of 100,000 characters in words': { type: 'text', text: words(11_500).slice(0, 100_000) },
  'text of 20,000 characters without a space': { type: 'text', text: Array.from({ length: 4000 }, (_, n) => String(10_000 + n)).join('') },
  'long text of emoji that are several characters each': { type: 'text', text: family.repeat(1200) },
  'long markdown': {
    type: 'text',
    format: 'markdown',
    text: Array.from({ length: 400 }, (_, n) => `**bold${n}** and \`code${n}\` & <tag${n}>`).join('\n\n'),
  },
  '120 choices': { type: 'choices', text: 'Which one?', choices: numbered(120, (n) => `Number ${n}`) },
  'choices with long labels': {
    type: 'choices',
    text: 'Which one?',
    choices: numbered(4, (n) => `${n} ${'long label '.repeat(30)}end${n}`),
  },
  'choices with long values': {
    type: 'choices',
    text: 'Which one?',
    choices: numbered(3, (n) => `Option ${n}`).map((choice) => ({ ...choice, value: choice.value + 'ü'.repeat(1500) })),
  },
  'choices under a long text': { type: 'choices', text: words(1500), choices: numbered(3, (n) => `Option ${n}`) },
  'form with questions, options and words without end': {
    ...form,
    fields: Array.from({ length: 60 }, (_, n) => ({
      kind: 'choice' as const,
      name: `field${n}`,
      label: `Question ${n}`,
      required: false,
      options: numbered(120, (number) => `Option ${number} of ${n}`),
    })),
  },
  'form with everything that 10 questions of 50 options can hold': {
    ...form,
    fields: Array.from({ length: 10 }, (_, n) => ({
      kind: 'choice' as const,
      name: `field${n}`,
      label: `Question ${n}`,
      required: true,
      options: numbered(50, (number) => `"${n}-${number}"`),
    })),
  },
  'form whose answers are filled in at length': {
    ...form,
    fields: [{ kind: 'long-text', name: 'description', label: 'What happens?', required: false, value: words(230) }],
  },
  'form that Slack and Teams would refuse': {
    ...form,
    fields: [{ kind: 'choice', name: 'which', label: 'Which?', required: true, options: [] }],
  },
  'form with a beginning that no option and no calendar has': {
    ...form,
    fields: [
      { kind: 'date', name: 'since', label: 'Since when?', required: false, value: 'yesterday' },
      { kind: 'choice', name: 'which', label: 'Which?', required: true, value: 'none', options: numbered(3, (n) => `Number ${n}`) },
    ],
  },
  'picture with a caption of 1,400 characters': media('image', 'image', words(200)),
  'card with everything too long': {
    type: 'card',
    title: `Title ${'t'.repeat(400)}`,
    text: words(1500),
    image: stored('image'),
    link: { label: 'Open', url: 'https://help.example.com/' },
    choices: numbered(30, (n) => `Option ${n}`),
  },
}
