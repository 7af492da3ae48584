import { Refusal } from './refusal.ts'

type Fields = { readonly [key: string]: unknown }
type Problem = { readonly property: string; readonly message: string }

/** What the server says to messages that break the rules of https://developers.line.biz/en/reference/messaging-api/#message-objects */
export function checkMessages(value: unknown): readonly Fields[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid([{ property: 'messages', message: 'May not be empty' }])
  if (value.length > 5) throw invalid([{ property: 'messages', message: 'Size must be between 1 and 5' }])
  const problems = value.flatMap((message: unknown, index) => problemsIn(asFields(message), `messages[${index}]`))
  if (problems.length > 0) throw invalid(problems)
  return value as readonly Fields[]
}

const invalid = (details: readonly Problem[]): Refusal =>
  new Refusal(400, `The request body has ${details.length} error(s)`, { details: details as never })

const asFields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(asFields) : [])

/** Words of 1 to `most` UTF-16 code units, not blank. */
function words(value: unknown, property: string, most: number): readonly Problem[] {
  if (typeof value !== 'string' || value.trim() === '') return [{ property, message: 'May not be empty' }]
  return value.length > most ? [{ property, message: `Length must be between 0 and ${most}` }] : []
}
function address(value: unknown, property: string, schemes = /^https:$/): readonly Problem[] {
  if (typeof value !== 'string' || !URL.canParse(value)) return [{ property, message: 'Invalid URI' }]
  const { protocol, hostname } = new URL(value)
  const isHere = protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+)$/.test(hostname)
  if (!schemes.test(protocol) && !isHere) return [{ property, message: 'Invalid action URI scheme' }]
  return value.length > 2000 ? [{ property, message: 'Length must be between 0 and 2000' }] : []
}
const only = (message: Fields, property: string, known: string): readonly Problem[] =>
  Object.keys(message).flatMap((key) =>
    `type quickReply sender quoteToken ${known}`.split(' ').includes(key)
      ? []
      : [{ property: `${property}.${key}`, message: 'Unknown property' }],
  )

function problemsIn(message: Fields, at: string): readonly Problem[] {
  const kind = kinds[String(message.type)]
  if (!kind)
    return [
      { property: `${at}.type`, message: 'Must be one of the following values: [text, image, video, audio, location, template, flex]' },
    ]
  const quick = message.quickReply === undefined ? [] : quickReplies(asFields(message.quickReply), `${at}.quickReply`)
  return [...kind(message, at), ...quick]
}

const kinds: { readonly [type: string]: (message: Fields, at: string) => readonly Problem[] } = {
  text: (message, at) => [...words(message.text, `${at}.text`, 5000), ...only(message, at, 'text emojis')],
  image: (message, at) => [
    ...address(message.originalContentUrl, `${at}.originalContentUrl`),
    ...address(message.previewImageUrl, `${at}.previewImageUrl`),
    ...only(message, at, 'originalContentUrl previewImageUrl'),
  ],
  video: (message, at) => [
    ...address(message.originalContentUrl, `${at}.originalContentUrl`),
    ...address(message.previewImageUrl, `${at}.previewImageUrl`),
    ...only(message, at, 'originalContentUrl previewImageUrl trackingId'),
  ],
  audio: (message, at) => [
    ...address(message.originalContentUrl, `${at}.originalContentUrl`),
    ...(typeof message.duration === 'number' && message.duration > 0 ? [] : [{ property: `${at}.duration`, message: 'Must be positive' }]),
    ...only(message, at, 'originalContentUrl duration'),
  ],
  location: (message, at) => [
    ...words(message.title, `${at}.title`, 100),
    ...words(message.address, `${at}.address`, 100),
    ...['latitude', 'longitude'].flatMap((key) =>
      typeof message[key] === 'number' ? [] : [{ property: `${at}.${key}`, message: 'May not be null' }],
    ),
    ...only(message, at, 'title address latitude longitude'),
  ],
  template: (message, at) => [
    ...words(message.altText, `${at}.altText`, 400),
    ...template(asFields(message.template), `${at}.template`),
    ...only(message, at, 'altText template'),
  ],
  flex: (message, at) => [
    ...words(message.altText, `${at}.altText`, 400),
    ...bubble(asFields(message.contents), `${at}.contents`),
    ...only(message, at, 'altText contents'),
  ],
}

function action(value: Fields, at: string): readonly Problem[] {
  const label = words(value.label, `${at}.label`, 20)
  if (value.type === 'postback')
    return [
      ...label,
      ...words(value.data, `${at}.data`, 300),
      ...(value.displayText === undefined ? [] : words(value.displayText, `${at}.displayText`, 300)),
    ]
  if (value.type === 'message') return [...label, ...words(value.text, `${at}.text`, 300)]
  if (value.type === 'uri') return [...label, ...address(value.uri, `${at}.uri`, /^(https?|tel|line):$/)]
  return [{ property: `${at}.type`, message: 'invalid type' }]
}

function quickReplies(value: Fields, at: string): readonly Problem[] {
  const items = listOf(value.items)
  if (items.length === 0 || items.length > 13) return [{ property: `${at}.items`, message: 'Size must be between 1 and 13' }]
  return items.flatMap((item, index) => action(asFields(item.action), `${at}.items[${index}].action`))
}

function template(value: Fields, at: string): readonly Problem[] {
  const actions = listOf(value.actions)
  const each = actions.flatMap((one, index) => action(one, `${at}.actions[${index}]`))
  if (value.type === 'confirm')
    return [
      ...words(value.text, `${at}.text`, 240),
      ...(actions.length === 2 ? each : [{ property: `${at}.actions`, message: 'Size must be 2' }]),
    ]
  if (value.type !== 'buttons') return [{ property: `${at}.type`, message: 'invalid type' }]
  const most = value.title === undefined && value.thumbnailImageUrl === undefined ? 160 : 60
  const count = actions.length >= 1 && actions.length <= 4
  return [
    ...words(value.text, `${at}.text`, most),
    ...(count ? each : [{ property: `${at}.actions`, message: 'Size must be between 1 and 4' }]),
  ]
}

function bubble(value: Fields, at: string): readonly Problem[] {
  if (value.type !== 'bubble') return [{ property: `${at}.type`, message: 'invalid type' }]
  if (Buffer.byteLength(JSON.stringify(value)) > 30 * 1024) return [{ property: at, message: 'The size of the bubble is too large' }]
  return ['hero', 'body', 'footer'].flatMap((part) => (value[part] === undefined ? [] : component(asFields(value[part]), `${at}.${part}`)))
}

function component(value: Fields, at: string): readonly Problem[] {
  switch (value.type) {
    case 'box':
      return listOf(value.contents).flatMap((one, index) => component(one, `${at}.contents[${index}]`))
    case 'text':
      return words(value.text, `${at}.text`, 5000)
    case 'image':
      return address(value.url, `${at}.url`)
    case 'button':
      return action(asFields(value.action), `${at}.action`)
    default:
      return [{ property: `${at}.type`, message: 'invalid type' }]
  }
}
