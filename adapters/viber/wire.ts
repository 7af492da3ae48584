import type { FileId, Json } from '../../src/channel/index.ts'

/** One message as send_message takes it, without receiver and sender: https://developers.viber.com/docs/api/rest-bot-api/#message-types */
export type ViberMessage = {
  readonly type: 'text' | 'picture' | 'video' | 'file' | 'contact' | 'location' | 'url' | 'sticker' | 'rich_media'
  readonly min_api_version?: number
  readonly tracking_data?: string
  readonly text?: string
  readonly media?: string
  readonly thumbnail?: string
  readonly size?: number
  readonly file_name?: string
  readonly contact?: { readonly name: string; readonly phone_number: string }
  readonly location?: { readonly lat: number; readonly lon: number }
  readonly keyboard?: Keyboard
  readonly rich_media?: RichMedia
  readonly alt_text?: string
}
export type Button = {
  readonly Columns: number
  readonly Rows: number
  readonly ActionType: 'reply' | 'open-url' | 'none'
  readonly ActionBody: string
  /** A little HTML. */
  readonly Text?: string
  readonly Image?: string
  readonly TextSize?: 'small' | 'regular' | 'large'
  readonly TextHAlign?: 'left' | 'middle' | 'right'
  readonly TextVAlign?: 'top' | 'middle' | 'bottom'
  readonly BgColor?: string
}
export type Keyboard = { readonly Type: 'keyboard'; readonly DefaultHeight: boolean; readonly Buttons: readonly Button[] }
export type RichMedia = {
  readonly Type: 'rich_media'
  readonly ButtonsGroupColumns: number
  readonly ButtonsGroupRows: number
  readonly BgColor: string
  readonly Buttons: readonly Button[]
}

/** `file` is a file of the hub whose link goes into `media`, or into the picture of the card. */
export type Payload = {
  readonly message: ViberMessage
  readonly file?: { readonly into: 'media' | 'card' | 'text'; readonly file: FileId }
}
/** `Address.reply`. */
export type ReplyTo = { readonly to: string }
/** `FileRef.ref`: holds for an hour. */
export type ViberFileRef = { readonly url: string }
/** What a message carries out and its answer carries back: label and value of what was offered. */
export type Tracked = { readonly choices: readonly (readonly [label: string, value: string])[] }

/** Every answer; tokens of 64 bits are read as strings. */
export type ApiAnswer = { readonly status: number; readonly status_message?: string; readonly [key: string]: Json | undefined }
