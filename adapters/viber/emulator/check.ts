import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import { Refusal } from './refusal.ts'

type Fields = { readonly [key: string]: unknown }
const bad = (what: string) => new Refusal(3, what)
const missing = (what: string) => new Refusal(4, `${what} is missing`)

/** Refuses what the rules of https://developers.viber.com/docs/api/rest-bot-api/#message-types do not allow. */
export function checkMessage(message: Fields, bytes: number): void {
  if (bytes > 30 * 1024) throw bad('message is too long: 30KB at most')
  const name = textIn(objectIn(message.sender).name)
  if (name === undefined) throw missing('sender.name')
  if (name.length > 28) throw bad('sender.name is too long')
  if ((textIn(message.tracking_data) ?? '').length > 4000) throw bad('tracking_data is too long')
  const check = kinds[String(message.type)]
  if (!check) throw bad(`type ${String(message.type)} is not known`)
  check(message)
  if (message.keyboard !== undefined) checkButtons(objectIn(message.keyboard), 'keyboard', 24)
}

function within(message: Fields, key: string, most: number, { needed = true } = {}): void {
  const value = message[key]
  if (value === undefined || value === '') {
    if (needed) throw missing(key)
    return
  }
  if (typeof value !== 'string') throw bad(`${key} is no text`)
  if (value.length > most) throw bad(`${key} is too long`)
}

/** https, and for the emulator this machine. */
function link(message: Fields, key: string): void {
  within(message, key, 2000)
  const url = URL.canParse(String(message[key])) ? new URL(String(message[key])) : undefined
  const isHere = url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+)$/.test(url.hostname)
  if (!url || (url.protocol !== 'https:' && !isHere)) throw bad(`${key} is no address`)
}

function size(message: Fields, most: number): void {
  const { size: value } = message
  if (typeof value !== 'number' || value <= 0) throw missing('size')
  if (value > most) throw bad('size is too large')
}

const kinds: { readonly [type: string]: (message: Fields) => void } = {
  text: (message) => within(message, 'text', 7000),
  picture: (message) => {
    link(message, 'media')
    // "Only JPEG, PNG and non-animated GIF", told by the ending of the address.
    if (!/\.(jpe?g|png|gif)$/i.test(new URL(String(message.media)).pathname)) throw bad('media must end in .jpg, .png or .gif')
    within(message, 'text', 512, { needed: false })
  },
  video: (message) => {
    link(message, 'media')
    size(message, 26 * 1024 * 1024)
  },
  file: (message) => {
    link(message, 'media')
    within(message, 'file_name', 256)
    if (!/\.\w+$/.test(String(message.file_name))) throw bad('file_name has no extension')
    size(message, 50 * 1024 * 1024)
  },
  url: (message) => link(message, 'media'),
  location: (message) => {
    const { lat, lon } = objectIn(message.location)
    if (typeof lat !== 'number' || typeof lon !== 'number' || Math.abs(lat) > 90 || Math.abs(lon) > 180) throw bad('location is not valid')
  },
  contact: (message) => {
    const contact = objectIn(message.contact)
    within(contact, 'name', 28)
    within(contact, 'phone_number', 18)
  },
  sticker: (message) => {
    if (typeof message.sticker_id !== 'number') throw missing('sticker_id')
  },
  rich_media: (message) => {
    if (typeof message.min_api_version !== 'number' || message.min_api_version < 2)
      throw new Refusal(13, 'min_api_version is too low for rich_media')
    const media = objectIn(message.rich_media)
    const rows = Number(media.ButtonsGroupRows)
    if (!(rows >= 1 && rows <= 7)) throw bad('rich_media is not valid: ButtonsGroupRows')
    checkButtons(media, 'rich_media', rows)
  },
}

function checkButtons(value: Fields, type: 'keyboard' | 'rich_media', mostRows: number): void {
  const invalid = (what: string) => bad(`${type} is not valid. [${what}]`)
  const buttons = listIn(value.Buttons).map(objectIn)
  if (value.Type !== type || buttons.length === 0) throw invalid('object has missing required properties (["Buttons","Type"])')
  let cells = 0
  for (const one of buttons) {
    const [columns, rows] = [Number(one.Columns), Number(one.Rows)]
    if (!(columns >= 1 && columns <= 6)) throw invalid('Columns')
    if (!(rows >= 1 && rows <= (type === 'keyboard' ? 2 : 7))) throw invalid('Rows')
    if (!['reply', 'open-url', 'location-picker', 'share-phone', 'none'].includes(String(one.ActionType))) throw invalid('ActionType')
    if (typeof one.ActionBody !== 'string' || one.ActionBody === '')
      throw invalid('object has missing required properties (["ActionBody"])')
    if (one.Text === undefined && one.Image === undefined && one.BgColor === undefined) throw invalid('a button shows nothing')
    if ((textIn(one.Text) ?? '').length > 250) throw invalid('Text is too long')
    if (one.Image !== undefined) link(one, 'Image')
    cells += columns * rows
  }
  if (cells > mostRows * 6) throw invalid('too many rows')
}
