import type { Address, Choice, Content, EventOf, InboundEvent, Person, PersonKey } from '../channel/index.ts'
import { choose } from './choose.ts'
import type { Heard } from './conversation.ts'
import { change, type Draft, openChat, say, tell } from './draft.ts'
import { isNoticeValue } from './notices.ts'

/** Takes what came in from a person or about a message. Rows of one album become one message. */
export function hear(draft: Draft, told: InboundEvent): void {
  const event = byLastingName(draft, told)
  const { lastHeardAt } = draft.conversation
  if (event.opensWindow && (lastHeardAt === null || Date.parse(event.at) > Date.parse(lastHeardAt)))
    change(draft, { lastHeardAt: event.at })
  switch (event.kind) {
    case 'message':
      hearMessage(draft, event)
      return
    case 'choice':
      hearChoice(draft, event)
      return
    case 'invoked': {
      const text = `/${event.command}${event.text ? ` ${event.text}` : ''}`
      listen(draft, event, event.person, [{ type: 'text', text }], {
        command: { name: event.command, text: event.text ?? '', ...(event.data === undefined ? {} : { data: event.data }) },
      })
      return
    }
    case 'contact':
      hearContact(draft, event)
      return
    case 'revision':
      draft.revisions.push({ message: event.message, content: event.content, at: event.at })
      return
    case 'reaction':
      draft.reactions.push({ message: event.message, person: event.person.key, emoji: event.emoji, on: event.on, at: event.at })
      return
    case 'receipt':
      draft.receipts.push({ of: event.of, status: event.status, at: event.at, ...(event.failure ? { failure: event.failure } : {}) })
      return
    case 'moved':
      change(draft, { address: event.to })
      return
    case 'typing':
    case 'account':
      return
  }
}

/** Where a person is named like their conversation, they are known by its lasting name also when the platform tells the former one. */
function byLastingName({ conversation: { address } }: Draft, event: InboundEvent): InboundEvent {
  if (!('person' in event) || !event.person || event.from.conversation === address.conversation) return event
  if ((event.person.key as string) !== event.from.conversation) return event
  return { ...event, person: { ...event.person, key: address.conversation as string as PersonKey } } as InboundEvent
}

function hearMessage(draft: Draft, event: EventOf<'message'>): void {
  const before = draft.said.at(-1)
  if (event.album !== undefined && before && draft.album?.id === event.album && draft.album.message === before.number) {
    draft.said[draft.said.length - 1] = { ...before, content: [...before.content, ...event.content] }
    // A technician, and not the virtual agent, may be the one who hears it.
    const earlier = draft.heard.at(-1)
    if (earlier?.album === event.album)
      draft.heard[draft.heard.length - 1] = {
        ...earlier,
        content: [...earlier.content, ...event.content],
        alsoEvents: [...(earlier.alsoEvents ?? []), event.id],
      }
    return
  }
  if (event.addressed === false && draft.conversation.chat === null) return
  const offered = offeredTo(draft, event.person)
  const only = event.content.length === 1 ? event.content[0] : undefined
  const chosen = only?.type === 'text' ? choose(only.text, offered) : undefined
  listen(
    draft,
    event,
    event.person,
    event.content,
    {
      ...(chosen ? { chosen: chosen.value } : {}),
      ...(event.album === undefined ? {} : { album: event.album }),
      addressed: event.addressed !== false || event.follows === true,
    },
    event,
  )
  draft.album = event.album === undefined ? null : { id: event.album, message: draft.conversation.messages }
}

function hearChoice(draft: Draft, event: EventOf<'choice'>): void {
  const { owner } = draft.conversation
  const label = event.label ?? offeredTo(draft, event.person).find((choice) => choice.value === event.value)?.label ?? event.value
  listen(draft, event, event.person, [{ type: 'text', text: filledIn(label, event.fields) }], {
    chosen: event.value,
    ...(event.fields === undefined ? {} : { fields: event.fields }),
  })
  if (isNoticeValue(event.value) && (owner.by === 'queue' || owner.by === 'technician')) tell(draft, NOT_NOW, event.at)
}

/** A technician can't press it for them, and the questions that may follow would be answered to the technician. */
const NOT_NOW = 'Nothing has changed by that button: this chat is with a technician at the moment. Press it again when they are done.'

/** The history shows what was filled in, a line each. */
const filledIn = (label: string, fields: { readonly [name: string]: string } = {}): string =>
  [label, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)].join('\n')

function hearContact(draft: Draft, event: EventOf<'contact'>): void {
  if (event.member) return
  switch (event.change) {
    case 'blocked':
    case 'left':
      change(draft, { reach: event.change })
      return
    case 'started':
    case 'joined': {
      change(draft, { reach: 'reachable', person: event.person, address: addressAfter(draft, event) })
      openChat(draft, event.at)
      if (draft.conversation.owner.by === 'virtual-agent')
        draft.heard.push({ event: event.id, person: event.person, at: event.at, content: [], arrived: true })
      return
    }
  }
}

type Extra = Pick<Heard, 'chosen' | 'fields' | 'command' | 'album'> & { readonly addressed?: boolean }

/** The person said something: it is kept, and the virtual agent hears it where it has the word and was spoken to. */
function listen(
  draft: Draft,
  event: InboundEvent,
  person: Person,
  content: readonly Content[],
  extra: Extra,
  message?: EventOf<'message'>,
): void {
  openChat(draft, event.at)
  const { addressed, ...heard } = extra
  change(draft, {
    address: addressAfter(draft, event),
    person,
    reach: 'reachable',
    lastHeardAt: event.at,
    unanswered: true,
  })
  say(draft, { by: 'person', person }, content, saidAt(event.at, draft.context.now), {
    event: event.id,
    ...(message ? { platform: message.message } : {}),
    ...(message?.replyTo ? { replyTo: message.replyTo } : {}),
  })
  if (draft.conversation.owner.by === 'virtual-agent' && addressed !== false)
    draft.heard.push({ event: event.id, person, at: event.at, content, ...heard })
}

/** The newest address wins; but what came in before the conversation moved names one that is no longer its own. */
function addressAfter({ conversation: { address } }: Draft, { from }: InboundEvent): Address {
  return from.conversation === address.conversation ? from : address
}

/** What was offered to this person last, else what was offered to everybody. */
function offeredTo(draft: Draft, person: Person): readonly Choice[] {
  const { offered } = draft.conversation
  return (offered.find((offer) => offer.person === person.key) ?? offered.find((offer) => offer.person === null))?.choices ?? []
}

/** What came this recently is dated by our own clock. */
const freshMs = 60_000

/**
 * When it was said, so that it sorts right among our own words: platforms tell whole seconds, or are a little off. What comes late (an outage)
 * keeps the platform's time.
 */
const saidAt = (told: string, now: string): string => (Date.parse(now) - Date.parse(told) < freshMs ? now : told)
