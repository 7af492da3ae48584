import { type InboundEvent, id, type Parsed } from '../../src/channel/index.ts'
import { contentOf } from './content.ts'
import { addressOf, isBot, kindOfConversation, type ParseContext, personOf, required, timeOf } from './people.ts'
import type { Account, Activity } from './wire.ts'

export const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
/** What Teams tells every day and nothing follows from. */
const taken: Parsed = { events: [], ignored: [], reply: { status: 200 } }
export const happened = (...events: readonly InboundEvent[]): Parsed => ({ events, ignored: [] })

const list = <Item>(given: readonly Item[] | undefined): readonly Item[] =>
  Array.isArray(given) ? given.filter((item) => typeof item === 'object' && item !== null) : []
/** An edit, a deletion and the message itself share one id: the time tells them apart, and a redelivery has the same one. */
const moment = ({ timestamp, id: own }: Activity): string => String(timestamp ?? own ?? '')

/** A message was changed, or its deletion was taken back. */
export function edited(activity: Activity, context: ParseContext): Parsed {
  const what = activity.channelData?.eventType
  if (what !== undefined && what !== 'editMessage' && what !== 'undeleteMessage')
    return ignore(`messageUpdate:${String(what).slice(0, 60)}`)
  const message = required(activity.id, 'an id')
  const from = addressOf(activity, context)
  return happened({
    kind: 'revision',
    id: id(`${what === 'undeleteMessage' ? 'undelete' : 'edit'}:${from.conversation}:${message}:${moment(activity)}`),
    at: timeOf(activity, context.now),
    from,
    ...(activity.from?.id ? { person: personOf(activity.from, activity) } : {}),
    message: id(message),
    content: contentOf(activity, context),
  })
}

export function removed(activity: Activity, context: ParseContext): Parsed {
  const message = required(activity.id, 'an id')
  const from = addressOf(activity, context)
  return happened({
    kind: 'revision',
    id: id(`delete:${from.conversation}:${message}:${moment(activity)}`),
    at: timeOf(activity, context.now),
    from,
    ...(activity.from?.id ? { person: personOf(activity.from, activity) } : {}),
    message: id(message),
    content: null,
  })
}

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#reactions; newer ones are named by their code points. */
const reactions: { readonly [name: string]: string } = { like: '👍', heart: '❤️', laugh: '😆', surprised: '😮', sad: '😢', angry: '😡' }

function emojiOf(name: string): string {
  const points = /^([0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*)_/i
    .exec(name)?.[1]
    ?.split('-')
    .map((point) => Number.parseInt(point, 16))
  if (points?.every((point) => point > 0 && point <= 0x10ffff)) return String.fromCodePoint(...points)
  return reactions[name] ?? name
}

export function reacted(activity: Activity, context: ParseContext): Parsed {
  const person = personOf(activity.from, activity)
  const from = addressOf(activity, context)
  const message = required(activity.replyToId, 'the message that it is about')
  const at = timeOf(activity, context.now)
  const event = (type: string, on: boolean): InboundEvent => ({
    kind: 'reaction',
    id: id(`reaction:${from.conversation}:${message}:${person.key}:${moment(activity)}:${on ? 'on' : 'off'}:${type}`),
    at,
    from,
    person,
    message: id(message),
    emoji: emojiOf(type),
    on,
  })
  const types = (given: Activity['reactionsAdded']) => [
    ...new Set(list(given).flatMap(({ type }) => (typeof type === 'string' && type !== '' ? [type] : []))),
  ]
  const events = [
    ...types(activity.reactionsRemoved).map((type) => event(type, false)),
    ...types(activity.reactionsAdded).map((type) => event(type, true)),
  ]
  return events.length > 0 ? happened(...events) : ignore('messageReaction:nothing')
}

/** The app was added or removed. Teams also tells it as a change of members, which is left to this one. */
export function installed(activity: Activity, context: ParseContext): Parsed {
  const action = String(activity.action)
  const isAdded = action === 'add'
  if (action === 'add-upgrade' || action === 'remove-upgrade') return taken
  if (!isAdded && action !== 'remove') return ignore(`installationUpdate:${action.slice(0, 60)}`)
  const from = addressOf(activity, context)
  const isPrivate = kindOfConversation(activity) === 'personal'
  return happened({
    kind: 'contact',
    id: id(`install:${from.conversation}:${action}:${activity.id ?? moment(activity)}`),
    at: timeOf(activity, context.now),
    from,
    person: personOf(activity.from, activity),
    change: isAdded ? (isPrivate ? 'started' : 'joined') : isPrivate ? 'blocked' : 'left',
  })
}

/** People who came to a group chat or left it. Of a whole team it is nobody's conversation. */
export function membership(activity: Activity, context: ParseContext): Parsed {
  const what = typeof activity.channelData?.eventType === 'string' ? activity.channelData.eventType.slice(0, 60) : undefined
  const [came, left] = [list(activity.membersAdded), list(activity.membersRemoved)]
  const people = (members: readonly Account[]) => members.filter((member) => !isBot(member, activity, context))
  if (came.length + left.length === 0) return ignore(`conversationUpdate:${what ?? 'nothing'}`)
  if (people(came).length + people(left).length === 0) return taken
  if (kindOfConversation(activity) !== 'groupChat') return ignore(`conversationUpdate:${what ?? 'members'}`)
  const from = addressOf(activity, context)
  const at = timeOf(activity, context.now)
  const key = `${from.conversation}:${activity.id ?? moment(activity)}`
  const event = (member: Account, change: 'joined' | 'left'): InboundEvent => {
    const person = personOf(member, activity, null)
    return { kind: 'contact', id: id(`${change}:${key}:${person.key}`), at, from, person, change, member: true }
  }
  return happened(...people(came).map((member) => event(member, 'joined')), ...people(left).map((member) => event(member, 'left')))
}

const readReceipt = 'application/vnd.microsoft.readReceipt'

/** Read up to a message, whose id is its time in milliseconds; only where the app was granted to hear of it. */
export function seen(activity: Activity, context: ParseContext): Parsed {
  if (activity.name !== readReceipt) return ignore(`event:${String(activity.name).slice(0, 100)}`)
  const last = Number((activity.value as { readonly lastReadMessageId?: unknown } | null | undefined)?.lastReadMessageId)
  if (!Number.isSafeInteger(last) || last < 1e12 || last > 1e14) return ignore('event:readReceipt-without-message')
  const from = addressOf(activity, context)
  return happened({
    kind: 'receipt',
    id: id(`read:${from.conversation}:${personOf(activity.from, activity).key}:${last}`),
    at: timeOf(activity, context.now),
    from,
    of: { upTo: new Date(last).toISOString() },
    status: 'read',
  })
}
