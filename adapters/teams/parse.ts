import { type HookRequest, id, MalformedRequest, type Parsed } from '../../src/channel/index.ts'
import { readActivity } from './activity.ts'
import { contentOf } from './content.ts'
import { quotedIn } from './files.ts'
import { invoked } from './invoke.ts'
import { edited, happened, ignore, installed, membership, reacted, removed, seen } from './parse-other.ts'
import { addressOf, kindOfConversation, type ParseContext, personOf, required, timeOf, unspokenBecause } from './people.ts'
import { pressedIn } from './pressed.ts'
import { isAddressed } from './text.ts'
import type { Activity } from './wire.ts'

/** One activity of the Bot Framework. Pure but for the time of activities that tell none. */
export function parse(request: HookRequest, context: ParseContext): Parsed {
  const activity = readActivity(request.body)
  if (!activity) throw new MalformedRequest('The body is no JSON object in UTF-8.')
  if (typeof activity.type !== 'string' || activity.type === '') throw new MalformedRequest('The body is no activity: it has no type.')
  try {
    return read(activity, context)
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause
    return ignore(`${nameOf(activity)}:unexpected-shape`)
  }
}

const nameOf = ({ type, name }: Activity): string =>
  [type, name]
    .filter((part) => typeof part === 'string')
    .join(':')
    .slice(0, 100)

function read(activity: Activity, context: ParseContext): Parsed {
  const unspoken = unspokenBecause(activity, context)
  if (unspoken) return ignore(`${activity.type}:${unspoken}`)
  switch (activity.type) {
    case 'message':
      return message(activity, context)
    case 'messageUpdate':
      return edited(activity, context)
    case 'messageDelete':
      return removed(activity, context)
    case 'messageReaction':
      return reacted(activity, context)
    case 'conversationUpdate':
      return membership(activity, context)
    case 'installationUpdate':
      return installed(activity, context)
    case 'invoke':
      return invoked(activity, context)
    case 'typing':
      return happened({
        ...baseOf(activity, context),
        kind: 'typing',
        id: id(`typing:${activity.conversation?.id}:${activity.id ?? activity.timestamp}`),
      })
    case 'event':
      return seen(activity, context)
    default:
      return ignore(nameOf(activity))
  }
}

const baseOf = (activity: Activity, context: ParseContext) => ({
  at: timeOf(activity, context.now),
  from: addressOf(activity, context),
  person: personOf(activity.from, activity),
})

function message(activity: Activity, context: ParseContext): Parsed {
  const base = baseOf(activity, context)
  const key = `${required(activity.conversation?.id, 'a conversation')}:${required(activity.id, 'an id')}`
  if (activity.value !== undefined && activity.value !== null) {
    const pressed = pressedIn(activity.value)
    if (pressed) {
      const on = typeof activity.replyToId === 'string' ? { message: id<never>(activity.replyToId) } : {}
      const form = pressed.fields ? { fields: pressed.fields, ref: { pressed: { ...pressed } } } : {}
      return happened({ ...base, kind: 'choice', id: id(`press:${key}`), value: pressed.value, label: pressed.label, ...on, ...form })
    }
    if (typeof activity.text !== 'string' || activity.text.trim() === '') return ignore('message:button-not-ours')
  }
  const replyTo = quotedIn(activity)
  return happened({
    ...base,
    kind: 'message',
    id: id(`message:${key}`),
    message: id(required(activity.id, 'an id')),
    content: contentOf(activity, context),
    ...(replyTo ? { replyTo } : {}),
    ...spokenTo(activity, context),
  })
}

/** In a private chat always; elsewhere with a mention. Where the app may hear all, a thread goes on without one. */
function spokenTo(activity: Activity, context: ParseContext): { readonly addressed?: boolean; readonly follows?: true } {
  const kind = kindOfConversation(activity)
  if (kind === 'personal') return {}
  const addressed = isAddressed(activity, context)
  return { addressed, ...(kind === 'channel' && !addressed ? { follows: true } : {}) }
}
