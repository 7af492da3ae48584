/**
 * Ids are opaque strings: the adapter that makes one may read it, everyone else only compares and stores it.
 *
 * - `ConversationKey`: unique within an account, stable for ever.
 * - `EventId`: names what happened, not its delivery; a redelivery carries the same one. Unique within an account, kept 30 days.
 * - `PlatformMessageId`: unique within a conversation.
 * - `PersonKey`: unique within an account, stable for ever; never a phone number or a name.
 */
export type Id<Name extends string> = string & { readonly __id: Name }

/** Brands a raw platform id; numbers become decimal strings, because some platforms' ids need 64 bits. */
export const id = <T extends Id<string>>(raw: string | number | bigint): T => String(raw) as T

export type ChannelName = string
export type AccountId = Id<'account'>
export type ConversationKey = Id<'conversation-key'>
export type PersonKey = Id<'person-key'>
export type EventId = Id<'event'>
export type PlatformMessageId = Id<'platform-message'>
/** A file kept by the hub. */
export type FileId = Id<'file'>

/** What survives `JSON.parse(JSON.stringify(…))`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
