import { type HookReply, type InboundEvent, id, type Parsed } from '../../src/channel/index.ts'
import { filledIn, linkAction, submitAction } from './form.ts'
import { contentOf, taken } from './parse-message.ts'
import { addressOf, at, directTo, isDirect, type ParseContext, personOf, text } from './place.ts'
import type { Action, BlockActions, Shortcut } from './wire.ts'
import { readable } from './words.ts'

const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })

/** Buttons and menus, in messages and in the home tab. A button that is a link tells us, too, and nothing follows from it. */
export function pressed(payload: BlockActions, { account }: ParseContext): Parsed {
  const user = text(payload.user?.id, 'user')
  const { container, channel, message } = payload
  const ts = message?.ts ?? container?.message_ts
  const place = channel?.id ?? container?.channel_id
  const events: InboundEvent[] = []
  const ignored: string[] = []
  for (const [index, action] of payload.actions.entries()) {
    const value = chosenIn(action)
    if (value === undefined) {
      if (action.action_id !== linkAction) ignored.push(`block_actions:${action.type}`)
      continue
    }
    const when = text(action.action_ts, 'action_ts')
    const label = action.text?.text ?? action.selected_option?.text?.text
    const form = action.action_id === submitAction ? filledIn(payload) : undefined
    events.push({
      kind: 'choice',
      id: id(`press:${ts ?? 'home'}:${when}:${user}${index === 0 ? '' : `:${index}`}`),
      at: at(when),
      from:
        place !== undefined && ts !== undefined
          ? addressOf(account, {
              channel: text(place, 'channel'),
              user,
              ts: text(ts, 'ts'),
              thread: message?.thread_ts ?? container?.thread_ts,
            })
          : directTo(account, user),
      person: personOf(user, payload.user.name ?? payload.user.username),
      value,
      ...(label ? { label: readable(label) } : {}),
      ...(ts === undefined ? {} : { message: id(text(ts, 'ts')) }),
      ...(form ? { fields: form.fields } : {}),
      ...(form?.submitted && container?.is_ephemeral !== true ? { ref: { submitted: { ...form.submitted } } } : {}),
    })
  }
  if (events.length + ignored.length > 0) return { events, ignored }
  return payload.actions.length > 0 ? taken : ignore('block_actions:empty')
}

function chosenIn(action: Action): string | undefined {
  if (action.type === 'button') return typeof action.value === 'string' && action.value !== '' ? action.value : undefined
  const chosen = action.selected_option?.value
  return typeof chosen === 'string' && chosen !== '' ? chosen : undefined
}

/** A global shortcut, or one on a message: the answer goes to the person's direct message, as for a command. */
export function shortcut(payload: Shortcut, { account, now }: ParseContext): Parsed {
  const user = text(payload.user?.id, 'user')
  const trigger = text(payload.trigger_id, 'trigger_id')
  const { message, channel, message_ts } = payload
  const said = message ? contentOf(message, undefined).flatMap((one) => (one.type === 'text' ? one.text : (wordsUnder(one) ?? []))) : []
  return {
    events: [
      {
        kind: 'invoked',
        id: id(`shortcut:${trigger}`),
        at: payload.action_ts === undefined ? now().toISOString() : at(payload.action_ts),
        from: directTo(account, user),
        person: personOf(user, payload.user.name ?? payload.user.username),
        command: text(payload.callback_id, 'callback_id')
          .replace(/_message$/, '')
          .replaceAll('_', '-'),
        ...(said.length > 0 ? { text: said.join('\n') } : {}),
        ...(channel ? { data: { channel: text(channel.id, 'channel'), message: text(message?.ts ?? message_ts, 'message_ts') } } : {}),
      },
    ],
    ignored: [],
  }
}

const wordsUnder = (content: object): string | undefined =>
  'caption' in content && typeof content.caption === 'string' ? content.caption : undefined

/** A slash command is answered in the person's direct message; only they see the line that says so. */
export function command(fields: URLSearchParams, { account, now }: ParseContext): Parsed {
  const user = text(fields.get('user_id'), 'user_id')
  const place = fields.get('channel_id') ?? ''
  const said = readable(fields.get('text') ?? '').trim()
  const event: InboundEvent = {
    kind: 'invoked',
    id: id(`command:${text(fields.get('trigger_id'), 'trigger_id')}`),
    at: now().toISOString(),
    from: directTo(account, user),
    person: personOf(user, fields.get('user_name')),
    command: text(fields.get('command'), 'command').replace(/^\//, ''),
    ...(said === '' ? {} : { text: said }),
    data: { channel: place },
  }
  return { events: [event], ignored: [], ...(isDirect(place) ? {} : { reply: ephemeral('I am answering you in a direct message.') }) }
}

const ephemeral = (words: string): HookReply => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ response_type: 'ephemeral', text: words }),
})
