import type { Card, Choice, Contact, Content, FileRef, Media, Place } from '../../src/channel/index.ts'
import type { Button, Keyboard, Payload, Tracked, ViberMessage } from './wire.ts'

/** "The maximum size of a message is 30KB": https://creators.viber.com/docs/bots-api/data-models/message. Receiver and sender need some of it. */
const largestMessage = 29_000
/** Of a block of rich media. */
const rows = 7
/** https://developers.viber.com/docs/api/rest-bot-api/#file-message, "Forbidden file formats" */
const forbidden =
  /\.(action|apk|app|bat|bin|cmd|com|command|cpl|csh|ex_|exe|gadget|inf1|ins|inx|ipa|isu|job|jse|ksh|lnk|msc|msi|msp|mst|osx|out|paf|pif|prg|ps1|reg|rgs|run|sct|sh|shb|shs|u3p|vb|vbe|vbs|vbscript|workflow|ws|wsf)$/i

/** One call for each message; what Viber has no place for in one goes out as text beside it. */
export const render = (contents: readonly Content[]): readonly Payload[] => contents.flatMap(renderOne)

function renderOne(content: Content): readonly Payload[] {
  switch (content.type) {
    case 'text':
      return text(content.text)
    case 'choices':
      return [{ message: { type: 'text', text: content.text, ...tracking(content.choices), keyboard: keyboard(content.choices) } }]
    case 'card':
      return card(content)
    case 'media':
      return media(content)
    case 'place':
      return place(content)
    case 'contact':
      return contact(content)
    case 'template':
      return text(content.text)
    case 'form':
      return text([content.title, content.text].filter(Boolean).join('\n\n'))
    case 'unreadable':
      return text(content.text ?? content.platformType)
  }
}

/** Characters that JSON has to escape can make a text larger than a message may be. */
function text(words: string): readonly Payload[] {
  if (words.length < largestMessage / 6 || Buffer.byteLength(JSON.stringify(words)) <= largestMessage)
    return [{ message: { type: 'text', text: words } }]
  const half = Math.floor(words.length / 2)
  const at = /[\udc00-\udfff]/.test(words[half]!) ? half + 1 : half
  return [...text(words.slice(0, at)), ...text(words.slice(at))]
}

/** The label is what the person then has said; its value travels beside, and comes back with the answer. */
const tracking = (choices: readonly Choice[]): Pick<ViberMessage, 'tracking_data'> =>
  choices.length === 0
    ? {}
    : { tracking_data: JSON.stringify({ choices: choices.map(({ label, value }) => [label, value]) } satisfies Tracked) }

/** Two to a row where the labels are short. */
function keyboard(choices: readonly Choice[]): Keyboard {
  const isShort = choices.every(({ label }) => [...label].length <= 16)
  const alone = choices.length % 2 === 1 ? choices.length - 1 : -1
  const Buttons = choices.map(
    ({ label }, index): Button => ({
      Columns: isShort && index !== alone ? 3 : 6,
      Rows: 1,
      ActionType: 'reply',
      ActionBody: label,
      Text: escapeHtml(label),
      TextSize: 'regular',
    }),
  )
  return { Type: 'keyboard', DefaultHeight: false, Buttons }
}

/** Texts of buttons are read as a little HTML. */
const escapeHtml = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** "Text: max 250 characters" of a button, marks and all. */
const longestLine = 250

/** A block of rich media: picture, title, text, and buttons two to a row. What does not fit after escaping is picture and text. */
function card({ title, text: words, image, link, choices = [] }: Card): readonly Payload[] {
  const opens = link && /^https?:/i.test(link.url) ? link : undefined
  const said = [words, link && !opens ? `${link.label}: ${link.url}` : undefined].filter(Boolean).join('\n')
  const lines = [line(`<b>${escapeHtml(title)}</b>`, title.length > 40 ? 2 : 1)]
  if (said) lines.push(line(escapeHtml(said).replaceAll('\n', '<br>'), 2))
  if (lines.some(({ Text = '' }) => Text.length > longestLine)) {
    const all = [title, words, link && `${link.label}: ${link.url}`].filter(Boolean).join('\n\n')
    const picture = image ? media({ type: 'media', kind: 'image', file: image }) : []
    return [...picture, ...(choices.length > 0 ? renderOne({ type: 'choices', text: all, choices }) : text(all))]
  }
  const pressed: readonly Button[] = [
    ...choices.map(({ label }): Button => ({ ...button, ActionType: 'reply', ActionBody: label, Text: escapeHtml(label) })),
    ...(opens ? [{ ...button, ActionType: 'open-url', ActionBody: opens.url, Text: escapeHtml(opens.label) } satisfies Button] : []),
  ]
  const buttons = pressed.map((one, index) => (pressed.length % 2 === 1 && index === pressed.length - 1 ? { ...one, Columns: 6 } : one))
  const used = lines.reduce((sum, { Rows }) => sum + Rows, 0) + Math.ceil(buttons.length / 2)
  const height = Math.max(1, rows - used)
  const picture: readonly Button[] = image
    ? [{ Columns: 6, Rows: height, ActionType: 'none', ActionBody: 'none', Image: 'url' in image ? image.url : '' }]
    : []
  const Buttons = [...picture, ...lines, ...buttons]
  const message: ViberMessage = {
    type: 'rich_media',
    min_api_version: 7,
    ...tracking(choices),
    alt_text: [title, said].filter(Boolean).join('\n'),
    rich_media: {
      Type: 'rich_media',
      ButtonsGroupColumns: 6,
      ButtonsGroupRows: image ? used + height : used,
      BgColor: '#FFFFFF',
      Buttons,
    },
  }
  return [{ message, ...(image && 'stored' in image ? { file: { into: 'card', file: image.stored } } : {}) }]
}
const button = { Columns: 3, Rows: 1, BgColor: '#EDE9F7', TextSize: 'regular' } as const
const line = (html: string, height: number): Button => ({
  Columns: 6,
  Rows: height,
  ActionType: 'none',
  ActionBody: 'none',
  Text: html,
  TextSize: 'regular',
  TextHAlign: 'left',
  TextVAlign: 'middle',
})

/** Only by link, which is put in when the message is sent. Video and file have no caption. */
function media({ kind, file, caption }: Media): readonly Payload[] {
  const name = (file.name ?? kind).slice(-256)
  const said = caption ? text(caption) : []
  if ('ref' in file) return text([file.name ?? kind, caption].filter(Boolean).join('\n'))
  if (kind === 'image') return [withFile(file, { type: 'picture', text: caption ?? '', media: '' })]
  if (forbidden.test(name)) return [withFile(file, { type: 'text', text: [caption, name].filter(Boolean).join('\n') }, 'text')]
  const size = file.bytes ?? 0
  if (kind === 'video') return [withFile(file, { type: 'video', media: '', size }), ...said]
  return [withFile(file, { type: 'file', media: '', size, file_name: name }), ...said]
}

function withFile(file: FileRef, message: ViberMessage, into: 'media' | 'text' = 'media'): Payload {
  if ('stored' in file) return { message, file: { into, file: file.stored } }
  const url = 'url' in file ? file.url : ''
  return { message: into === 'text' ? { ...message, text: `${message.text}\n${url}` } : { ...message, media: url } }
}

function place({ latitude, longitude, name, address }: Place): readonly Payload[] {
  const words = [name, address].filter(Boolean).join('\n')
  return [{ message: { type: 'location', location: { lat: latitude, lon: longitude } } }, ...(words ? text(words) : [])]
}

/** "Max 28 characters" and "Max 18 characters": https://developers.viber.com/docs/api/rest-bot-api/#contact-message */
function contact({ name, phones, emails }: Contact): readonly Payload[] {
  const [phone, ...more] = phones
  if (phone === undefined || phone.length > 18) return text([name, ...phones, ...emails].join('\n'))
  const short = [...(name || phone)].slice(0, 28).join('')
  const rest = [...(short === name || name === '' ? [] : [name]), ...more, ...emails]
  return [
    { message: { type: 'contact', min_api_version: 1, contact: { name: short.slice(0, 28), phone_number: phone } } },
    ...(rest.length > 0 ? text(rest.join('\n')) : []),
  ]
}
