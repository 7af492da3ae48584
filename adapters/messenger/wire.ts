import type { FileId, Json } from '../../src/channel/index.ts'

/** The parts of Messenger's webhooks that we read; https://developers.facebook.com/docs/messenger-platform/reference/webhook-events */
export type Messaging = {
  readonly sender?: { readonly id?: unknown }
  readonly recipient?: { readonly id?: unknown }
  readonly timestamp?: unknown
  readonly message?: WireMessage
  readonly postback?: { readonly mid?: unknown; readonly title?: unknown; readonly payload?: unknown; readonly referral?: Referral }
  readonly referral?: Referral
  readonly optin?: { readonly ref?: unknown; readonly user_ref?: unknown; readonly type?: unknown }
  readonly reaction?: { readonly mid?: unknown; readonly action?: unknown; readonly reaction?: unknown; readonly emoji?: unknown }
  readonly message_edit?: { readonly mid?: unknown; readonly text?: unknown; readonly num_edit?: unknown }
  readonly delivery?: { readonly mids?: unknown; readonly watermark?: unknown }
  readonly read?: { readonly watermark?: unknown }
  readonly [other: string]: unknown
}
export type WireMessage = {
  readonly mid?: unknown
  readonly text?: unknown
  readonly is_echo?: unknown
  readonly is_deleted?: unknown
  readonly quick_reply?: { readonly payload?: unknown }
  readonly reply_to?: { readonly mid?: unknown }
  readonly attachments?: unknown
  readonly referral?: unknown
  readonly metadata?: unknown
  readonly [other: string]: unknown
}
export type Referral = { readonly ref?: unknown; readonly source?: unknown; readonly type?: unknown; readonly ad_id?: unknown }

/** `Address.reply`: PSIDs are known to their page only. */
export type ReplyTo = { readonly psid: string; readonly page: string }
/** `FileRef.ref`: a link on Meta's CDN that needs no token and dies after a while. */
export type MessengerFileRef = { readonly url: string; readonly mime?: string; readonly name?: string }

export type AttachmentType = 'image' | 'audio' | 'video' | 'file'
export type QuickReply = { readonly content_type: 'text'; readonly title: string; readonly payload: string }
export type Button =
  | { readonly type: 'postback'; readonly title: string; readonly payload: string }
  | { readonly type: 'web_url'; readonly title: string; readonly url: string }
/** One call of the Send API without its recipient. `upload` is a file of the hub that becomes the message's attachment. */
export type Payload = {
  readonly messaging_type: 'RESPONSE' | 'MESSAGE_TAG'
  readonly tag?: string
  readonly message: { readonly [key: string]: Json }
  readonly upload?: { readonly type: AttachmentType; readonly file: FileId; readonly mime?: string; readonly name?: string }
}

/** How the `metadata` of our own messages begins; the key of the message follows. */
export const ownMetadata = 'switchboard:'
/** The payload of the button under which a chat begins; we set it ourselves. */
export const getStarted = 'GET_STARTED'
/** https://developers.facebook.com/docs/messenger-platform/webhooks#fields */
export const subscribedFields =
  'messages,messaging_postbacks,message_deliveries,message_reads,message_reactions,message_edits,message_echoes,messaging_referrals,messaging_optins,messaging_handovers,standby,messaging_policy_enforcement'
