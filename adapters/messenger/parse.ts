import { type AccountId, type Address, type HookRequest, type InboundEvent, id, type Parsed, type Person } from '../../src/channel/index.ts'
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
import { getStarted, type Messaging, ownMetadata, type Referral, type ReplyTo, type WireMessage } from './wire.ts'

/** Pure. An entry may have many items, and any of them may be unreadable without harm to the others. */
export const parse = (request: HookRequest, account: AccountId, page?: string): Parsed =>
  parseMeta(request, 'page', (entry) =>
    page === undefined || entry.id === page ? readEntry(entry, account) : ignore('entry:of-another-page'),
  )

function readEntry(entry: MetaEntry, account: AccountId): Parsed {
  const items = listIn(entry.messaging)
  // Another app has the word; we may listen, not answer: https://developers.facebook.com/docs/messenger-platform/handover-protocol
  const standby = listIn(entry.standby).map(() => 'standby')
  const changes = listIn(entry.changes).map((change) => `changes:${textIn(objectIn(change).field) ?? 'unnamed'}`)
  const read = readEach(
    items,
    (item) => readItem(objectIn(item), entry, account),
    (item) => kindOf(objectIn(item)),
  )
  const ignored = [...read.ignored, ...standby, ...changes]
  return { events: read.events, ignored: items.length + ignored.length > 0 ? ignored : ['entry:empty'] }
}

const envelope = new Set(['sender', 'recipient', 'timestamp', 'messaging_type', 'prior_message', 'app_id'])
const kindOf = (item: Messaging): string => Object.keys(item).find((key) => !envelope.has(key)) ?? 'empty'

type Base = { readonly at: string; readonly from: Address; readonly person: Person; readonly psid: string; readonly time: number }

function baseOf(item: Messaging, entry: MetaEntry, account: AccountId): Base {
  const psid = wanted(item.sender?.id)
  const page = wanted(item.recipient?.id)
  const time = timeOf(item.timestamp) ?? timeOf(entry.time)
  if (time === undefined) throw new TypeError('an event without a time')
  const reply: ReplyTo = { psid, page }
  const from: Address = { channel: 'messenger', account, conversation: id(psid), reply }
  return { at: new Date(time).toISOString(), from, person: { key: id(psid) }, psid, time }
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Number(value) : value
  return typeof time === 'number' && Number.isFinite(time) && time > 0 && time < 8.64e15 ? time : undefined
}

function readItem(item: Messaging, entry: MetaEntry, account: AccountId): Parsed {
  if (item.message) {
    if (item.message.is_echo === true) return isOurs(item.message) ? happened() : ignore('message:echo')
    return readMessage(item.message, baseOf(item, entry, account))
  }
  if (item.postback) return readPostback(item.postback, baseOf(item, entry, account))
  if (item.reaction) return readReaction(item.reaction, baseOf(item, entry, account))
  if (item.message_edit) return readEdit(item.message_edit, baseOf(item, entry, account))
  if (item.delivery) return readDelivery(item.delivery, baseOf(item, entry, account))
  if (item.read) return readRead(item.read, baseOf(item, entry, account))
  if (item.referral) return readReferral(item.referral, baseOf(item, entry, account))
  if (item.optin) {
    // The checkbox plugin tells no person, only a word under which we may write to one once.
    if (item.sender?.id === undefined) return ignore('optin:user_ref')
    return readReferral({ ref: item.optin.ref, source: 'OPTIN', type: item.optin.type }, baseOf(item, entry, account))
  }
  const policy = item.policy_enforcement ?? item['policy-enforcement']
  if (policy) return readPolicy(objectIn(policy), item, entry, account)
  return ignore(kindOf(item))
}

/** Every message of ours comes back: that is taken, and nothing more. What another app or the page's own inbox wrote is named. */
const isOurs = ({ metadata }: WireMessage): boolean => textIn(metadata)?.startsWith(ownMetadata) === true

function readMessage(message: WireMessage, { psid, time: _, ...base }: Base): Parsed {
  if (base.from.reply !== null && (base.from.reply as ReplyTo).page === psid) return ignore('message:own')
  const mid = wanted(message.mid)
  if (message.is_deleted === true) return happened({ ...base, kind: 'revision', id: id(`deleted:${mid}`), message: id(mid), content: null })
  const payload = textIn(message.quick_reply?.payload)
  if (payload !== undefined) {
    const label = textIn(message.text)
    return happened({ ...base, kind: 'choice', id: id(`quick:${mid}`), value: payload, ...(label ? { label } : {}) })
  }
  const replyTo = textIn(message.reply_to?.mid)
  return {
    events: [
      {
        ...base,
        kind: 'message',
        id: id(`message:${mid}`),
        message: id(mid),
        content: contentOf(message),
        ...(replyTo ? { replyTo: id(replyTo) } : {}),
      },
    ],
    // Which advertisement somebody came from is kept with the raw request.
    ignored: message.referral ? ['message:referral'] : [],
  }
}

/** A tapped button. The one that opens a chat is a start, and brings along where the person came from. */
function readPostback(postback: NonNullable<Messaging['postback']>, base: Base): Parsed {
  const { psid, time, ...said } = base
  const payload = wanted(postback.payload)
  const title = textIn(postback.title)
  const key = textIn(postback.mid) ?? `${psid}:${time}:${payload.slice(0, 200)}`
  const came = postback.referral ? readReferral(postback.referral, base).events : []
  if (payload === getStarted)
    return happened({ ...said, kind: 'contact', id: id(`start:${key}`), change: 'started', opensWindow: true }, ...came)
  return happened({ ...said, kind: 'choice', id: id(`postback:${key}`), value: payload, ...(title ? { label: title } : {}) }, ...came)
}

/** A link such as m.me/<page>?ref=<code>, an advertisement, a plugin: the code is what a `/start <code>` is elsewhere. */
function readReferral(referral: Referral, { psid, time, ...base }: Base): Parsed {
  const text = textIn(referral.ref)
  const told = Object.entries({ source: referral.source, type: referral.type, ad: referral.ad_id })
  const data = Object.fromEntries(told.flatMap(([name, value]) => (textIn(value) ? [[name, textIn(value)!]] : [])))
  const key = id<InboundEvent['id']>(`referral:${psid}:${time}:${text?.slice(0, 200) ?? ''}`)
  return happened({ ...base, kind: 'invoked', id: key, command: 'start', ...(text ? { text } : {}), data })
}

const named: { readonly [reaction: string]: string } = {
  like: '👍',
  dislike: '👎',
  love: '❤️',
  sad: '😢',
  angry: '😠',
  wow: '😮',
  smile: '😄',
}

/** Reacting opens the 24 hours like writing does: https://developers.facebook.com/docs/messenger-platform/reference/send-api */
function readReaction(reaction: NonNullable<Messaging['reaction']>, { psid, time, ...base }: Base): Parsed {
  const mid = wanted(reaction.mid)
  const on = reaction.action !== 'unreact'
  const emoji = textIn(reaction.emoji) ?? named[textIn(reaction.reaction) ?? ''] ?? textIn(reaction.reaction) ?? ''
  const key = id<InboundEvent['id']>(`reaction:${psid}:${mid}:${time}:${on ? 'on' : 'off'}`)
  return happened({ ...base, kind: 'reaction', id: key, message: id(mid), emoji, on, ...(on ? { opensWindow: true } : {}) })
}

/** The number of the edit comes as a number or as a text. */
function readEdit(edit: NonNullable<Messaging['message_edit']>, { psid: _, time, ...base }: Base): Parsed {
  const mid = wanted(edit.mid)
  const number = Number(edit.num_edit)
  const text = typeof edit.text === 'string' ? edit.text : wanted(edit.text)
  const key = id<InboundEvent['id']>(`edit:${mid}:${Number.isFinite(number) && number > 0 ? number : time}`)
  return happened({ ...base, kind: 'revision', id: key, message: id(mid), content: [{ type: 'text', text }] })
}

/** Message by message where they are named; else all until the watermark. */
function readDelivery(delivery: NonNullable<Messaging['delivery']>, { psid, time: _, person: __, ...base }: Base): Parsed {
  const mids = listIn(delivery.mids).flatMap((mid) => textIn(mid) ?? [])
  if (mids.length > 0)
    return happened(
      ...mids.map(
        (mid): InboundEvent => ({ ...base, kind: 'receipt', id: id(`delivered:${mid}`), of: { message: id(mid) }, status: 'delivered' }),
      ),
    )
  const { upTo, watermark } = watermarkOf(delivery.watermark)
  return happened({ ...base, kind: 'receipt', id: id(`delivered:${psid}:${watermark}`), of: { upTo }, status: 'delivered' })
}

function readRead(read: NonNullable<Messaging['read']>, { psid, time: _, person: __, ...base }: Base): Parsed {
  const { upTo, watermark } = watermarkOf(read.watermark)
  return happened({ ...base, kind: 'receipt', id: id(`read:${psid}:${watermark}`), of: { upTo }, status: 'read' })
}

function watermarkOf(value: unknown): { readonly upTo: string; readonly watermark: number } {
  const watermark = timeOf(value)
  if (watermark === undefined) throw new TypeError('a watermark without a time')
  return { upTo: new Date(watermark).toISOString(), watermark }
}

/** Meta warns, blocks or unblocks the page: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_policy_enforcement */
function readPolicy(policy: { readonly [key: string]: unknown }, item: Messaging, entry: MetaEntry, account: AccountId): Parsed {
  const action = wanted(policy.action)
  const time = timeOf(item.timestamp) ?? timeOf(entry.time)
  if (time === undefined) throw new TypeError('an event without a time')
  if (action !== 'block' && action !== 'unblock') return ignore(`policy_enforcement:${action.slice(0, 40)}`)
  const reason = textIn(policy.reason)
  return happened({
    kind: 'account',
    id: id(`policy:${action}:${time}`),
    at: new Date(time).toISOString(),
    from: { channel: 'messenger', account, conversation: id('') },
    change: action === 'block' ? 'limited' : 'restored',
    detail: `Meta has ${action === 'block' ? 'blocked' : 'unblocked'} the page from messaging.${reason ? ` ${reason}` : ''}`,
  })
}
