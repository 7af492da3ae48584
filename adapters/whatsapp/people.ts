import { createHash } from 'node:crypto'
import { type AccountId, type Address, id, type Person } from '../../src/channel/index.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import type { ReplyTo, Value, WireMessage, WireStatus } from './wire.ts'

/** `number`: the id of ours; what is for another one is not read. */
export type ParseContext = { readonly account: AccountId; readonly number: string; readonly now: () => Date }

export type Identity = { readonly bsuid?: string; readonly waId?: string }

/**
 * The key of a person: the BSUID. Before April 2026 WhatsApp told the number alone; such a person gets a pseudonym made of it, so that
 * no number is anybody's name in the hub.
 */
export function keyOf({ bsuid, waId }: Identity): string {
  if (bsuid !== undefined) return bsuid
  if (waId === undefined) throw new TypeError('a person without an identity')
  return `wa:${createHash('sha256').update(`whatsapp:${waId}`).digest('base64url').slice(0, 27)}`
}

/** Who wrote a message, as its own fields and the list of contacts beside it tell. */
export function senderOf(message: WireMessage, value: Value): { readonly identity: Identity; readonly name?: string } {
  const contacts = listIn(value.contacts).map(objectIn)
  const [told, number] = [textIn(message.from_user_id), textIn(message.from)]
  const contact =
    contacts.find(({ user_id, wa_id }) => (told !== undefined && user_id === told) || (number !== undefined && wa_id === number)) ??
    (contacts.length === 1 && told === undefined && number === undefined ? contacts[0] : undefined)
  const bsuid = told ?? textIn(contact?.user_id)
  const waId = number ?? textIn(contact?.wa_id)
  const name = textIn(objectIn(contact?.profile).name)
  return { identity: { ...(bsuid ? { bsuid } : {}), ...(waId ? { waId } : {}) }, ...(name ? { name } : {}) }
}

/** A person is one conversation; so is a group. */
export function addressOf(
  account: AccountId,
  identity: Identity,
  at: { readonly group?: string; readonly message?: string } = {},
): Address {
  const conversation = at.group === undefined ? keyOf(identity) : `group:${at.group}`
  const { bsuid, waId } = identity
  // Whoever we knew by number alone goes on under the BSUID, and what still comes for the number alone finds its way.
  const formerly = at.group === undefined && bsuid !== undefined && waId !== undefined ? { formerly: id<never>(keyOf({ waId })) } : {}
  return { channel: 'whatsapp', account, conversation: id(conversation), ...formerly, reply: { ...identity, ...at } satisfies ReplyTo }
}

export const personOf = (identity: Identity, name: string | undefined): Person => ({ key: id(keyOf(identity)), ...(name ? { name } : {}) })

const mark = 'sb1:'

/** Goes out with each message and comes back in its statuses: so a status finds its conversation whatever it calls the person. */
export const callbackData = (to: Address): string => (mark + to.conversation).slice(0, 512)

/** The conversation that a status is about. */
export function addressOfStatus(account: AccountId, status: WireStatus): Address {
  const ours = textIn(status.biz_opaque_callback_data)
  if (ours?.startsWith(mark) && ours.length > mark.length)
    return { channel: 'whatsapp', account, conversation: id(ours.slice(mark.length)) }
  const bsuid = textIn(status.recipient_user_id)
  const waId = textIn(status.recipient_id)
  const group = status.recipient_type === 'group' ? waId : undefined
  const key = group === undefined ? keyOf({ ...(bsuid ? { bsuid } : {}), ...(waId ? { waId } : {}) }) : `group:${group}`
  return { channel: 'whatsapp', account, conversation: id(key) }
}

/** `timestamp` is a text of whole seconds. */
export function timeOf(value: unknown): string {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 8.64e12)) throw new TypeError('an event without a time')
  return new Date(seconds * 1000).toISOString()
}
