import { type AccountId, type Address, id, type Person } from '../../../src/channel/index.ts'
import { objectIn, wanted } from '../../../src/channel/kit/meta-webhook.ts'
import { keyOf } from '../people.ts'
import type { WebReplyTo, Who } from './wire.ts'

export const serverOf = (name: string): string => name.slice(name.indexOf('@') + 1)
const userOf = (name: string): string => name.slice(0, name.indexOf('@')).split(':')[0]!

export const isGroup = ({ id: name }: Who): boolean => serverOf(name) === 'g.us'
/** Status updates, broadcast lists and channels are nobody's conversation. */
export const isConversation = (name: string): boolean => /^[\w:.-]+@(c\.us|lid|g\.us)$/.test(name)

/** Throws `TypeError` for what is no id. */
export function whoIn(value: unknown): Who {
  const told = objectIn(value)
  const name = wanted(told.id)
  const lid = typeof told.lid === 'string' && /^[\w:.-]+@lid$/.test(told.lid) ? told.lid : undefined
  const pn = typeof told.pn === 'string' && /^\d[\d:.-]*@c\.us$/.test(told.pn) ? told.pn : undefined
  if (!/^[\w:.-]+@[a-z.]+$/.test(name)) throw new TypeError('not an id of WhatsApp')
  return { id: name, ...(lid ? { lid } : {}), ...(pn ? { pn } : {}) }
}

const lidOf = ({ id: name, lid }: Who): string | undefined => (serverOf(name) === 'lid' ? name : lid)
const numberOf = ({ id: name, pn }: Who): string | undefined => (serverOf(name) === 'c.us' ? name : pn)

/** The id that hides the number where it is known, for it stays; else a pseudonym made of the number, as with the Cloud API. */
export function webKeyOf(who: Who): string {
  const lid = lidOf(who)
  if (lid !== undefined) return `lid:${userOf(lid)}`
  return pseudonymOf(who) ?? keyOf({ bsuid: who.id })
}

/** The key that somebody had as long as the number alone was known. */
export function pseudonymOf(who: Who): string | undefined {
  const number = numberOf(who)
  return number === undefined ? undefined : keyOf({ waId: userOf(number) })
}

/** The digits of somebody's number, where it is known. */
export const digitsOf = (who: Who): string | undefined => {
  const number = numberOf(who)
  return number === undefined ? undefined : userOf(number)
}

export function webAddress(account: AccountId, chat: Who, message?: string): Address {
  const conversation = isGroup(chat) ? `group:${userOf(chat.id)}` : webKeyOf(chat)
  const reply: WebReplyTo = { chat: chat.id, ...(message ? { message } : {}) }
  return { channel: 'whatsapp', account, conversation: id(conversation), reply }
}

export const webPerson = (who: Who, name: string | undefined): Person => ({ key: id(webKeyOf(who)), ...(name ? { name } : {}) })
