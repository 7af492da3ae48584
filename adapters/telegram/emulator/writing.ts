import type { Json } from '../../../src/channel/index.ts'
import type { Fields } from '../../../src/channel/kit/emulator/fields.ts'
import type { Button, Keyboard } from '../wire.ts'
import { readHtml } from './html.ts'
import { badRequest } from './refusal.ts'
import type { StoredMessage } from './state.ts'

/** Text or caption of a call, read as the server reads it. */
export function textOf(input: Fields, name: 'text' | 'caption', limit: number): Partial<StoredMessage> {
  const raw = input.fields[name]
  if (raw === undefined || raw === null || raw === '') {
    if (name === 'text') throw badRequest('message text is empty')
    return {}
  }
  const { text, entities } = input.fields.parse_mode === 'HTML' ? readHtml(String(raw)) : { text: String(raw), entities: [] }
  if (name === 'text' && text.trim() === '') throw badRequest('text must be non-empty')
  if (text.length > limit) throw badRequest(name === 'text' ? 'message is too long' : 'message caption is too long')
  if (name === 'text') return { text, ...(entities.length > 0 ? { entities } : {}) }
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) }
}

export function keyboardOf(input: Fields): Keyboard | undefined {
  const raw = input.fields.reply_markup
  if (raw === undefined || raw === null || raw === '') return undefined
  const markup = (typeof raw === 'string' ? JSON.parse(raw) : raw) as Partial<Keyboard>
  if (!Array.isArray(markup.inline_keyboard)) return undefined
  const buttons = markup.inline_keyboard.flat() as readonly Button[]
  if (buttons.length > 100 || markup.inline_keyboard.some((row) => row.length > 8)) throw badRequest('reply markup is too long')
  for (const button of buttons) checkButton(button)
  return { inline_keyboard: markup.inline_keyboard }
}

function checkButton({ text, callback_data, url }: Button) {
  if (!text) throw badRequest("can't parse inline keyboard button: Text buttons must be non-empty")
  if (callback_data === undefined && url === undefined)
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
  if (callback_data !== undefined && (callback_data === '' || Buffer.byteLength(callback_data) > 64))
    throw badRequest('BUTTON_DATA_INVALID')
  if (url === undefined) return
  const isWeb = URL.canParse(url) && /^(https?|tg):$/.test(new URL(url).protocol) && new URL(url).hostname.includes('.')
  if (!isWeb) throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`)
}

/** What an edit may change. */
export const contentOf = ({ text, caption, entities, caption_entities, reply_markup }: StoredMessage) => [
  text,
  caption,
  entities ?? [],
  caption_entities ?? [],
  reply_markup ?? null,
]

/** The message as the API tells it. */
export function shown(message: StoredMessage): Json {
  const { stored: _, ...wire } = message
  return wire as unknown as Json
}
