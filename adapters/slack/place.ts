import { type AccountId, type Address, id, type Person } from '../../src/channel/index.ts'
import type { ReplyTo } from './wire.ts'

/** What reading a request needs to know beside it. `threadOf`: the root of the thread in which one of our messages stands. */
export type ParseContext = {
  readonly account: AccountId
  readonly now: () => Date
  readonly threadOf: (channel: string, ts: string) => string | undefined
}

/** Slack's words are read, never believed: what is no text is an unexpected shape. */
export function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${what} is no text`)
  return value
}

/** Slack's `ts`: seconds with six digits behind the point, which make it unique in its channel. */
export const at = (ts: unknown): string => new Date(Math.floor(Number(text(ts, 'ts')) * 1000)).toISOString()

export const isDirect = (channel: string): boolean => channel.startsWith('D')

type Spot = { readonly channel: string; readonly user: string; readonly ts: string; readonly thread?: string | undefined }

/** A direct message is one conversation for ever, the person's; in a channel each thread is one, named by its first message. */
export function addressOf(account: AccountId, { channel, user, ts, thread }: Spot): Address {
  const conversation = isDirect(channel) ? user : `${channel}/${thread ?? ts}`
  const inThread = isDirect(channel) ? (thread !== undefined && thread !== ts ? thread : undefined) : (thread ?? ts)
  return addressAs(account, conversation, { channel, ...(inThread === undefined ? {} : { thread: inThread }) })
}

/** The person's direct message while its channel is not known: Slack opens it for a message to the person's own id. */
export const directTo = (account: AccountId, user: string): Address => addressAs(account, user, { channel: user })

export const addressAs = (account: AccountId, conversation: string, reply: ReplyTo): Address => ({
  channel: 'slack',
  account,
  conversation: id(conversation),
  reply,
})

/** Ids of people begin with U, or with W in large organisations; both stay for ever. */
export const personOf = (user: unknown, name?: unknown): Person => ({
  key: id(text(user, 'user')),
  ...(typeof name === 'string' && name !== '' ? { name } : {}),
})
