import type { FileId } from '../../../src/channel/index.ts'

/**
 * Somebody, or a group, as WhatsApp Web names them: `digits@c.us`, `digits@lid` (an id that hides the number) or `digits@g.us`. What the
 * page knows beside it is told along, so that reading needs no page.
 */
export type Who = { readonly id: string; readonly lid?: string; readonly pn?: string }

/** A message as the library tells it, taken apart into plain data. `at` is in seconds. */
export type WebMessage = {
  readonly id: string
  readonly type: string
  readonly at: number
  readonly body: string
  readonly hasMedia: boolean
  readonly mime?: string
  readonly fileName?: string
  readonly bytes?: number
  readonly viewOnce?: boolean
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly name?: string; readonly address?: string }
  readonly cards?: readonly string[]
  readonly options?: readonly string[]
  readonly mentioned?: readonly string[]
  readonly quoted?: string
}

type InChat = { readonly chat: Who; readonly sender: Who; readonly name?: string }

/**
 * What happened in the browser, as the body of a request that goes through the same door as a webhook. `own`: the ids of the number
 * itself. `at` is in milliseconds where the page tells a time, and else when it was seen.
 */
export type WebEvent =
  | ({ readonly event: 'message'; readonly own: readonly string[]; readonly message: WebMessage } & InChat)
  | ({ readonly event: 'edit'; readonly at: number; readonly message: WebMessage } & InChat)
  | ({ readonly event: 'revoke'; readonly at: number; readonly id: string } & InChat)
  | ({
      readonly event: 'reaction'
      readonly own: readonly string[]
      readonly at: number
      readonly id: string
      readonly about: string
      readonly emoji: string
    } & InChat)
  | { readonly event: 'ack'; readonly at: number; readonly chat: Who; readonly id: string; readonly ack: number }
  | ({ readonly event: 'group'; readonly at: number; readonly id: string; readonly change: 'joined' | 'left' } & InChat)
  | { readonly event: 'moved'; readonly at: number; readonly old: Who; readonly chat: Who }
  | { readonly event: 'call'; readonly at: number; readonly id: string; readonly chat: Who; readonly video: boolean }
  | { readonly event: 'state'; readonly at: number; readonly state: string }

/** `Address.reply`: where to, and the newest message there. */
export type WebReplyTo = { readonly chat: string; readonly message?: string }
/** `FileRef.ref`: the message that holds the file; the page fetches and deciphers it. */
export type WebFileRef = { readonly message: string; readonly mime?: string; readonly name?: string }

export type WebMedium = 'image' | 'audio' | 'video' | 'document'
/** One call of the library without its recipient. */
export type WebPayload =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: WebMedium
      readonly file: { readonly stored: FileId } | { readonly url: string }
      readonly mime?: string
      readonly name?: string
      readonly caption?: string
    }
  | { readonly type: 'place'; readonly latitude: number; readonly longitude: number; readonly name?: string; readonly address?: string }
  | { readonly type: 'contact'; readonly card: string }
