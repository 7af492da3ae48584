import type { messagingApi } from '@line/bot-sdk'
import type { FileId, Json } from '../../src/channel/index.ts'

/** What the SDK calls a message; https://developers.line.biz/en/reference/messaging-api/#message-objects */
export type LineMessage = { readonly type: string; readonly [key: string]: Json }
/** Types from the SDK, so that what we write is checked against what LINE publishes. */
export type Typed = messagingApi.Message
export type Action = messagingApi.Action

/** `Address.reply`. `token` answers free of charge, once, for a minute after `at` (ISO 8601); `again`: LINE has told it a second time. */
export type ReplyTo = {
  readonly to: string
  readonly kind: 'user' | 'group' | 'room'
  readonly token?: string
  readonly at?: string
  readonly again?: boolean
}
/** `FileRef.ref`: the bytes of a message, or a sticker's picture. */
export type LineFileRef = { readonly content: string } | { readonly sticker: string }
/** `InboundEvent.ref` of a message. */
export type ReadRef = { readonly read: string }

/** Where a file's link has to be put before the call: the message's own media (with its preview), or the picture of its card. */
export type PayloadFile = {
  readonly message: number
  readonly into: 'media' | 'hero'
  readonly file: FileId
  /** Larger than LINE takes as a preview. */
  readonly large?: boolean
  readonly name?: string
}
/** One call without its address: at most five messages. */
export type Payload = { readonly messages: readonly LineMessage[]; readonly files?: readonly PayloadFile[] }

/** The answer to a reply or a push. */
export type Sent = { readonly sentMessages?: readonly { readonly id: string; readonly quoteToken?: string }[] }
export type BotInfo = {
  readonly userId: string
  readonly basicId: string
  readonly displayName: string
  readonly pictureUrl?: string
  readonly chatMode?: string
  readonly markAsReadMode?: string
}
export type LineProfile = { readonly displayName?: string; readonly pictureUrl?: string; readonly language?: string }
