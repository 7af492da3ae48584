import { type InboundEvent, id, type Parsed } from '../../src/channel/index.ts'
import { emojiOf } from './emoji.ts'
import { botOf, readMessage, taken } from './parse-message.ts'
import { addressAs, addressOf, at, directTo, isDirect, type ParseContext, personOf, text } from './place.ts'
import type { EventCallback, HomeOpenedEvent, MemberEvent, MessageEvent, ReactionEvent, TokensRevokedEvent } from './wire.ts'

const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
const happened = (...events: readonly InboundEvent[]): Parsed => ({ events, ignored: [] })

/** One event of the Events API; https://docs.slack.dev/reference/events */
export function readEvent(envelope: EventCallback, context: ParseContext): Parsed {
  const { type } = envelope.event
  const event = envelope.event as unknown
  switch (text(type, 'event type')) {
    case 'message':
    case 'app_mention':
      return readMessage(event as MessageEvent, envelope, context)
    case 'reaction_added':
      return reacted(event as ReactionEvent, true, envelope, context)
    case 'reaction_removed':
      return reacted(event as ReactionEvent, false, envelope, context)
    case 'member_joined_channel':
      return moved(event as MemberEvent, 'joined', envelope, context)
    case 'member_left_channel':
      return moved(event as MemberEvent, 'left', envelope, context)
    case 'app_home_opened':
      return opened(event as HomeOpenedEvent, context)
    case 'app_uninstalled':
      return revoked(envelope, context, 'The app was removed from the workspace.')
    case 'tokens_revoked':
      return (event as TokensRevokedEvent).tokens?.bot?.length
        ? revoked(envelope, context, 'The bot token was revoked.')
        : ignore('tokens_revoked:not-ours')
    default:
      return ignore(`event:${type}`)
  }
}

/** Slack does not tell the thread of what was reacted to: it is known for messages of ours, others count as the first of theirs. */
function reacted(event: ReactionEvent, on: boolean, envelope: EventCallback, { account, threadOf }: ParseContext): Parsed {
  const user = text(event.user, 'user')
  if (user === botOf(envelope)) return taken
  if (event.item?.type !== 'message') return ignore(`reaction:${event.item?.type}`)
  const channel = text(event.item.channel, 'channel')
  const ts = text(event.item.ts, 'ts')
  const reaction = text(event.reaction, 'reaction')
  return happened({
    kind: 'reaction',
    id: id(`reaction:${channel}:${ts}:${user}:${reaction}:${on ? 'on' : 'off'}:${text(event.event_ts, 'event_ts')}`),
    at: at(event.event_ts),
    from: addressOf(account, { channel, user, ts, thread: isDirect(channel) ? undefined : threadOf(channel, ts) }),
    person: personOf(user),
    message: id(ts),
    emoji: emojiOf(reaction),
    on,
  })
}

/** Only what happens to ourselves: the hub does not keep lists of who is in a channel. */
function moved(event: MemberEvent, change: 'joined' | 'left', envelope: EventCallback, { account }: ParseContext): Parsed {
  if (text(event.user, 'user') !== botOf(envelope)) return taken
  const channel = text(event.channel, 'channel')
  return happened({
    kind: 'contact',
    id: id(`${change}:${channel}:${text(event.event_ts, 'event_ts')}`),
    at: at(event.event_ts),
    from: addressAs(account, channel, { channel }),
    person: personOf(event.inviter ?? event.user),
    change,
  })
}

/** Slack tells each look at the messages; the first of a person is a start, and its id makes the later ones the same event. */
function opened(event: HomeOpenedEvent, { account }: ParseContext): Parsed {
  const user = text(event.user, 'user')
  const when = text(event.event_ts, 'event_ts')
  const from =
    typeof event.channel === 'string' && isDirect(event.channel)
      ? addressAs(account, user, { channel: event.channel })
      : directTo(account, user)
  if (event.tab === 'home')
    return happened({ kind: 'invoked', id: id(`home:${user}:${when}`), at: at(when), from, person: personOf(user), command: 'home' })
  return happened({ kind: 'contact', id: id(`opened:${user}`), at: at(when), from, person: personOf(user), change: 'started' })
}

/** More than 30,000 events in an hour: Slack throws the others of this minute away. https://docs.slack.dev/reference/events/app_rate_limited */
export function withheld(
  { minute_rate_limited: minute }: { readonly minute_rate_limited?: unknown },
  { account, now }: ParseContext,
): Parsed {
  const when = typeof minute === 'number' && Number.isSafeInteger(minute) ? new Date(minute * 1000) : now()
  return happened({
    kind: 'account',
    id: id(`withheld:${Math.floor(when.getTime() / 60_000)}`),
    at: when.toISOString(),
    from: { channel: 'slack', account, conversation: id('') },
    change: 'limited',
    detail: 'Slack withholds events: there are more than 30,000 in an hour. What was written in that minute does not reach the hub.',
  })
}

function revoked(envelope: EventCallback, { account, now }: ParseContext, detail: string): Parsed {
  const seconds = Number.isFinite(envelope.event_time) ? envelope.event_time : undefined
  return happened({
    kind: 'account',
    id: id(`account:${text(envelope.event_id, 'event_id')}`),
    at: (seconds === undefined ? now() : new Date(seconds * 1000)).toISOString(),
    from: { channel: 'slack', account, conversation: id('') },
    change: 'revoked',
    detail: `${detail} Install it again and put its new token into the configuration.`,
  })
}
