import { type Address, type HookRequest, type InboundEvent, id, type Parsed, type Person } from '../../src/channel/index.ts'
import {
  happened,
  ignore,
  listIn,
  type MetaEntry,
  objectIn,
  parseMeta,
  readEach,
  textIn,
  wanted,
} from '../../src/channel/kit/meta-webhook.ts'
import { contentOf } from './content.ts'
import { readError, readStatus } from './parse-status.ts'
import { addressOf, type Identity, type ParseContext, personOf, senderOf, timeOf } from './people.ts'
import type { Value, WireMessage } from './wire.ts'

/** Pure but for the time of an account's trouble, which WhatsApp does not always tell. Every message and every status of a batch. */
export const parse = (request: HookRequest, context: ParseContext): Parsed =>
  parseMeta(request, 'whatsapp_business_account', (entry) => readEntry(entry, context))

function readEntry(entry: MetaEntry, context: ParseContext): Parsed {
  const changes = listIn(entry.changes).map(objectIn)
  if (changes.length === 0) return ignore('entry:empty')
  return readEach(
    changes,
    (change) => readChange(change, entry, context),
    () => 'change',
  )
}

function readChange(change: { readonly [key: string]: unknown }, entry: MetaEntry, context: ParseContext): Parsed {
  const field = textIn(change.field) ?? 'unnamed'
  // What the business wrote itself in its app comes back as smb_message_echoes.
  if (field !== 'messages') return ignore(`field:${field.slice(0, 60)}`)
  const value: Value = objectIn(change.value)
  if (wanted(objectIn(value.metadata).phone_number_id) !== context.number) return ignore('messages:of-another-number')
  const parts = [
    readEach(
      listIn(value.messages).map(objectIn),
      (one) => readMessage(one, value, context),
      (one) => `message:${textIn(one.type)?.slice(0, 60) ?? 'unnamed'}`,
    ),
    readEach(
      listIn(value.statuses).map(objectIn),
      (one) => readStatus(one, context),
      () => 'status',
    ),
    readEach(
      listIn(value.errors).map(objectIn),
      (one) => readError(one, entry, context),
      () => 'error',
    ),
  ]
  const events = parts.flatMap((part) => part.events)
  const ignored = parts.flatMap((part) => part.ignored)
  return { events, ignored: events.length + ignored.length > 0 ? ignored : ['messages:empty'] }
}

type Base = { readonly at: string; readonly from: Address; readonly person: Person }

function readMessage(message: WireMessage, value: Value, context: ParseContext): Parsed {
  const { account } = context
  const wamid = wanted(message.id)
  const { identity, name } = senderOf(message, value)
  const group = textIn(message.group_id)
  const at = timeOf(message.timestamp)
  const from = addressOf(account, identity, { ...(group ? { group } : {}), message: wamid })
  const base: Base = { at, from, person: personOf(identity, name) }
  switch (message.type) {
    case 'system':
      return readSystem(message, identity, { at, from }, context)
    case 'reaction':
      return readReaction(message, wamid, base)
    case 'edit': {
      const edit = objectIn(message.edit)
      const content = contentOf(objectIn(edit.message), identity.waId)
      const target = wanted(edit.original_message_id)
      return happened({ ...base, kind: 'revision', id: id(`edit:${wamid}`), message: id(target), content })
    }
    case 'revoke': {
      const target = wanted(objectIn(message.revoke).original_message_id)
      return happened({ ...base, kind: 'revision', id: id(`revoke:${wamid}`), message: id(target), content: null })
    }
    case 'request_welcome':
      return happened({ ...base, kind: 'contact', id: id(`start:${wamid}`), change: 'started' })
    default:
      return readChoice(message, wamid, base) ?? readWords(message, wamid, base, value, identity)
  }
}

/** A tapped button, a chosen row, or the button of a template. */
function readChoice(message: WireMessage, wamid: string, base: Base): Parsed | undefined {
  const interactive = objectIn(message.interactive)
  const button = objectIn(message.button)
  const reply = objectIn(interactive.button_reply ?? interactive.list_reply)
  const picked = message.type === 'button' ? textIn(button.payload) : message.type === 'interactive' ? textIn(reply.id) : undefined
  if (picked === undefined) return undefined
  const label = textIn(message.type === 'button' ? button.text : reply.title)
  const about = textIn(objectIn(message.context).id)
  return happened({
    ...base,
    kind: 'choice',
    id: id(`choice:${wamid}`),
    value: picked,
    ...(label ? { label } : {}),
    ...(about ? { message: id(about) } : {}),
  })
}

function readWords(message: WireMessage, wamid: string, base: Base, value: Value, identity: Identity): Parsed {
  const context = objectIn(message.context)
  const replyTo = textIn(context.id)
  const own = textIn(objectIn(value.metadata).display_phone_number)
  const words = textIn(objectIn(message.text).body) ?? ''
  const addressed = own !== undefined && (context.from === own || words.includes(`@${own}`))
  const event: InboundEvent = {
    ...base,
    kind: 'message',
    id: id(`message:${wamid}`),
    message: id(wamid),
    content: contentOf(message, identity.waId),
    ...(replyTo ? { replyTo: id(replyTo) } : {}),
    ...(message.group_id === undefined ? {} : { addressed }),
  }
  // Which advertisement somebody came from is kept with the raw request.
  return { events: [event], ignored: message.referral ? ['message:referral'] : [] }
}

/** Without an emoji the reaction is taken away, whichever it was. */
function readReaction(message: WireMessage, wamid: string, base: Base): Parsed {
  const reaction = objectIn(message.reaction)
  const emoji = textIn(reaction.emoji) ?? ''
  const target = wanted(reaction.message_id)
  return happened({ ...base, kind: 'reaction', id: id(`reaction:${wamid}`), message: id(target), emoji, on: emoji !== '' })
}

/** A new number, or a new BSUID: the conversation goes on under the new identity. */
function readSystem(message: WireMessage, old: Identity, { at, from }: Omit<Base, 'person'>, { account }: ParseContext): Parsed {
  const system = objectIn(message.system)
  const type = textIn(system.type) ?? 'unnamed'
  if (!/^(user_changed_number|customer_changed_number|user_changed_user_id)$/.test(type)) return ignore(`system:${type.slice(0, 60)}`)
  const bsuid = textIn(system.user_id) ?? (type === 'user_changed_user_id' ? undefined : old.bsuid)
  const waId = textIn(system.wa_id) ?? textIn(system.new_wa_id) ?? (type === 'user_changed_user_id' ? old.waId : undefined)
  const to = addressOf(account, { ...(bsuid ? { bsuid } : {}), ...(waId ? { waId } : {}) })
  return happened({ kind: 'moved', id: id(`moved:${wanted(message.id)}`), at, from, to })
}
