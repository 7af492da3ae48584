import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Content, Failure, Json, Person } from '../channel/index.ts'
import type { Chat, Happening, Offer, Outcome, Owner } from '../core/conversation.ts'

type Time = ColumnType<Date, Date | string | undefined, Date | string>
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
/** Written as a JSON text, read as its value. */
type JsonColumn<T> = ColumnType<T, string, string>
type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>

/** The tables as Kysely sees them; the columns are explained in migrations/. */
export type Tables = {
  accounts: {
    channel: string
    account: string
    state: Generated<'green' | 'red' | 'unknown'>
    reason: NullableJson<Failure>
    paused_at: NullableTime
    checked_at: NullableTime
    facts: NullableJson<{ readonly [name: string]: Json }>
    throttled_until: NullableTime
    paced_until: NullableTime
  }
  people: { id: Generated<string>; name: string | null; email: string | null; created_at: Time }
  identities: {
    channel: string
    account: string
    key: string
    person: string
    name: string | null
    email: string | null
    email_vouched: Generated<boolean>
    proven_email: string | null
    proven_at: NullableTime
    language: string | null
    picture: string | null
    everywhere: string | null
    trust: Generated<'guest' | 'linked' | 'verified'>
    profiled_at: NullableTime
    seen_at: Time
  }
  conversations: {
    id: Generated<string>
    channel: string
    account: string
    key: string
    formerly: string | null
    reply: NullableJson<Json>
    person: NullableJson<Person>
    owner_by: Generated<Owner['by']>
    owner: JsonColumn<Owner>
    chat: NullableJson<Chat>
    chats: Generated<number>
    memory: NullableJson<Json>
    offered: JsonColumn<readonly Offer[]>
    last_heard_at: NullableTime
    unanswered: Generated<boolean>
    reach: Generated<'reachable' | 'blocked' | 'left'>
    timer_name: string | null
    timer_at: NullableTime
    messages: Generated<number>
    parts: Generated<number>
    version: Generated<number>
    opened_at: Time
  }
  participants: { conversation: string; person: string }
  inbox: {
    seq: GeneratedAlways<number>
    conversation: string
    channel: string
    account: string
    event_id: string
    happening: JsonColumn<Happening>
    filed_at: Time
    due_at: Time
    ready: Generated<boolean>
    album: string | null
    held_until: NullableTime
    done_at: NullableTime
    outcome: NullableJson<Outcome>
    attempts: Generated<number>
    failure: string | null
  }
  messages: {
    conversation: string
    number: number
    chat: number
    author: 'person' | 'virtual-agent' | 'technician' | 'hub'
    person: string | null
    technician: string | null
    name: string | null
    content: JsonColumn<readonly Content[]>
    at: Time
    sources: string[]
    event_id: string | null
    platform: string | null
    reply_to: string | null
    note: Generated<boolean>
    key: string | null
    revised_at: NullableTime
    deleted_at: NullableTime
    earlier: NullableJson<readonly Content[]>
    reactions: NullableJson<{ readonly [emoji: string]: readonly string[] }>
  }
  parts: {
    conversation: string
    number: number
    channel: string
    account: string
    messages: number[]
    action: Generated<'send' | 'revise'>
    target: number | null
    payload: NullableJson<Json>
    bytes: Generated<number>
    state: PartState
    due_at: Time
    owner: string | null
    attempt: Generated<number>
    twice: Generated<boolean>
    planned_at: Time
    sent_at: NullableTime
    platform: string[] | null
    failure: NullableJson<Failure>
  }
  receipts: {
    conversation: string
    platform: string
    status: 'sent' | 'delivered' | 'read' | 'failed'
    at: Time
    failure: NullableJson<Failure>
  }
  technicians: {
    id: string
    name: string
    email: string
    role: Generated<'technician' | 'admin'>
    presence: Generated<'available' | 'busy' | 'away'>
    skills: Generated<string[]>
    capacity: Generated<number>
    seen_at: NullableTime
  }
  hook_requests: {
    id: Generated<string>
    channel: string
    account: string
    at: Time
    method: string
    query: JsonColumn<{ readonly [name: string]: string }>
    headers: JsonColumn<{ readonly [name: string]: string }>
    body: Uint8Array
    reasons: string[]
  }
  files: {
    id: Generated<string>
    name: string
    mime: string
    bytes: number
    sha256: string
    conversation: string | null
    uploader: string | null
    created_at: Time
  }
  platform_files: { file: string; channel: string; account: string; media: JsonColumn<Json>; at: Time }
  leases: { name: string; owner: string; until: Time }
  audit: { id: GeneratedAlways<number>; at: Time; who: string; what: string; about: string | null; detail: NullableJson<Json> }
}

/** `begun`: on its way, under a lease until `due_at`. `held`: its outcome is unknown and the account says not to send it again. */
export type PartState = 'due' | 'begun' | 'sent' | 'failed' | 'held'
