import type { FileId, Json } from '../../src/channel/index.ts'

type Known<Name extends string> = { readonly [name in Name]?: unknown } & { readonly [other: string]: unknown }

/** The parts of the Cloud API's webhooks that we read: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference */
export type Value = Known<'metadata' | 'contacts' | 'messages' | 'statuses' | 'errors'>
export type WireMessage = Known<
  | 'id'
  | 'from'
  | 'from_user_id'
  | 'group_id'
  | 'timestamp'
  | 'type'
  | 'text'
  | 'context'
  | 'interactive'
  | 'button'
  | 'reaction'
  | 'edit'
  | 'revoke'
  | 'system'
  | 'referral'
>
export type WireStatus = Known<
  'id' | 'status' | 'timestamp' | 'recipient_id' | 'recipient_user_id' | 'recipient_participant_id' | 'biz_opaque_callback_data' | 'errors'
>

/**
 * `Address.reply`. A person is a business-scoped user id (BSUID); the number may be missing and may change:
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids (2026-05-07).
 * `message` is their newest message: marking as read and "typing" hang on it.
 */
export type ReplyTo = { readonly bsuid?: string; readonly waId?: string; readonly group?: string; readonly message?: string }
/** `FileRef.ref`: known to WhatsApp for 7 days; its address lives for 5 minutes and is asked for anew. */
export type WhatsAppFileRef = { readonly media: string; readonly mime?: string; readonly name?: string }

export type MediaType = 'image' | 'audio' | 'video' | 'document'
/** One call without its recipient. `upload` is a file of the hub whose id goes into the medium, or into the header above buttons. */
export type Payload = {
  readonly type: 'text' | 'interactive' | 'location' | 'contacts' | 'template' | MediaType
  readonly body: { readonly [key: string]: Json }
  readonly upload?: { readonly into: 'medium' | 'header'; readonly file: FileId; readonly mime?: string; readonly name?: string }
}
