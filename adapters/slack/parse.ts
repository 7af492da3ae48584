import { type HookRequest, MalformedRequest, type Parsed } from '../../src/channel/index.ts'
import { readEvent, withheld } from './parse-event.ts'
import { command, pressed, shortcut } from './parse-interactive.ts'
import { type ParseContext, text } from './place.ts'
import type { BlockActions, EventCallback, Shortcut } from './wire.ts'

/** One request of Slack's: an event (JSON), or a command, a press or a shortcut (a form). Pure but for times that Slack does not tell. */
export function parse(request: HookRequest, context: ParseContext): Parsed {
  const body = utf8(request.body)
  const form = isForm(request) ? new URLSearchParams(body) : undefined
  if (form?.get('ssl_check') === '1') return { events: [], ignored: [], reply: { status: 200, body: '' } }
  if (form?.has('command')) return guarded('command', () => command(form, context))
  const payload = object(form ? form.get('payload') : body)
  const { type } = payload
  if (typeof type !== 'string') throw new MalformedRequest('The body is nothing of Slack’s: it has no type.')
  return guarded(type, () => read(type, payload, context))
}

/** The probe of a command's certificate is not signed; nothing in it is read. https://docs.slack.dev/interactivity/implementing-slash-commands */
export function isProbe(request: HookRequest): boolean {
  if (!isForm(request) || request.body.length > 4096) return false
  return new URLSearchParams(new TextDecoder().decode(request.body)).get('ssl_check') === '1'
}

const isForm = ({ headers }: HookRequest): boolean => /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')

function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new MalformedRequest('The body is not UTF-8.', { cause })
  }
}

function object(json: string | null): { readonly [key: string]: unknown } {
  let value: unknown
  try {
    value = JSON.parse(json ?? '')
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON.', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MalformedRequest('The body is no JSON object.')
  return value as { readonly [key: string]: unknown }
}

/** What has not the shape that Slack describes is named and kept, never refused: Slack would only send it again. */
function guarded(what: string, work: () => Parsed): Parsed {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause
    return { events: [], ignored: [`${what}:unexpected-shape`] }
  }
}

function read(type: string, payload: { readonly [key: string]: unknown }, context: ParseContext): Parsed {
  switch (type) {
    case 'url_verification': {
      const challenge = text(payload.challenge, 'challenge')
      return { events: [], ignored: [], reply: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: challenge } }
    }
    case 'event_callback':
      return readEvent(payload as unknown as EventCallback, context)
    case 'block_actions':
      return pressed(payload as unknown as BlockActions, context)
    case 'shortcut':
    case 'message_action':
      return shortcut(payload as unknown as Shortcut, context)
    case 'app_rate_limited':
      return withheld(payload, context)
    default:
      return { events: [], ignored: [type === '' ? 'no-type' : type] }
  }
}
