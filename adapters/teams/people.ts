import { type AccountId, type Address, id, type Person } from '../../src/channel/index.ts'
import type { Account, Activity, ReplyTo } from './wire.ts'

/** What reading an activity needs to know beside it. */
export type ParseContext = { readonly account: AccountId; readonly appId: string; readonly now: () => Date }

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Throws where an activity lacks what every activity has; the caller names it. */
export function required(value: unknown, what: string): string {
  const given = text(value)
  if (given === undefined) throw new TypeError(`an activity without ${what}`)
  return given
}

export function kindOfConversation({ conversation }: Activity): ReplyTo['type'] {
  const told = conversation?.conversationType
  if (told === 'personal' || told === 'groupChat' || told === 'channel') return told
  return conversation?.isGroup === true ? 'groupChat' : 'personal'
}

/** A private chat is one conversation, so is a group chat, and so is each thread of a channel: its id names its first message. */
export function addressOf(activity: Activity, { account, appId }: ParseContext): Address {
  const conversation = required(activity.conversation?.id, 'a conversation')
  const type = kindOfConversation(activity)
  const tenant = tenantOf(activity)
  const team = type === 'channel' ? text(activity.channelData?.team?.id) : undefined
  const name = text(activity.recipient?.name)
  return {
    channel: 'teams',
    account,
    conversation: id(conversation),
    reply: {
      serviceUrl: required(activity.serviceUrl, 'a service address'),
      conversation,
      type,
      bot: { id: text(activity.recipient?.id) ?? `28:${appId}`, ...(name ? { name } : {}) },
      ...(tenant ? { tenant } : {}),
      ...(team ? { team } : {}),
    } satisfies ReplyTo,
  }
}

const tenantOf = ({ conversation, channelData }: Activity): string | undefined =>
  text(conversation?.tenantId) ?? text(channelData?.tenant?.id)

/** `29:…` is this person for this bot, for ever; their id in the directory is the same for all bots, and holds within its tenant. */
export function personOf(account: Account | undefined, activity: Activity, locale: unknown = activity.locale): Person {
  const name = text(account?.name)
  const language = text(locale)
  const [tenant, object] = [tenantOf(activity), text(account?.aadObjectId)]
  return {
    key: id(required(account?.id, 'a person')),
    ...(name ? { name } : {}),
    ...(language && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(language) ? { language } : {}),
    ...(tenant && object && object.length <= 100 ? { everywhere: `${tenant}/${object}`.toLowerCase() } : {}),
  }
}

export const isBot = (account: Account | undefined, activity: Activity, { appId }: ParseContext): boolean => {
  const given = text(account?.id)
  return given !== undefined && (given === text(activity.recipient?.id) || given === `28:${appId}` || given === appId)
}

/** Why an activity is nobody's word to us, or undefined. */
export function unspokenBecause(activity: Activity, context: ParseContext): string | undefined {
  const { from } = activity
  if (from?.id === `28:${context.appId}` || (text(from?.id) !== undefined && from?.id === activity.recipient?.id)) return 'own'
  return from?.role === 'bot' || from?.id?.startsWith?.('28:') ? 'from-a-bot' : undefined
}

/** The platform's clock; ours where it tells none. */
export function timeOf({ timestamp }: Activity, now: () => Date): string {
  const told = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  return new Date(Number.isNaN(told) ? now().getTime() : told).toISOString()
}
