import { type Failure, type InboundEvent, id, type Parsed, type ReceiptStatus } from '../../src/channel/index.ts'
import { graphErrorIn, graphFailure } from '../../src/channel/kit/meta-graph.ts'
import { listIn, type MetaEntry, textIn, wanted } from '../../src/channel/kit/meta-webhook.ts'
import { table } from './errors.ts'
import { addressOfStatus, type ParseContext, timeOf } from './people.ts'
import type { WireStatus } from './wire.ts'

const statuses: { readonly [status: string]: ReceiptStatus } = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
}

/** How far a message of ours has come. The same code that a call is refused with may come here, minutes later. */
export function readStatus(status: WireStatus, { account }: ParseContext): Parsed {
  const message = wanted(status.id)
  const told = wanted(status.status)
  const meant = Object.hasOwn(statuses, told) ? statuses[told] : undefined
  if (meant === undefined) return { events: [], ignored: [`status:${told.slice(0, 60)}`] }
  const who = textIn(status.recipient_participant_id)
  const failure = meant === 'failed' ? failureIn(status.errors) : undefined
  const event: InboundEvent = {
    kind: 'receipt',
    id: id(`status:${message}:${told}${who ? `:${who}` : ''}`),
    at: timeOf(status.timestamp),
    from: addressOfStatus(account, status),
    of: { message: id(message) },
    status: meant,
    ...(failure ? { failure } : {}),
  }
  return { events: failure?.kind === 'unauthorized' ? [event, troubleOf(event, failure, account)] : [event], ignored: [] }
}

/** A message failed for what is wrong with the account: the next ones will fail, too, and their calls are taken all the same. */
const troubleOf = ({ id: receipt, at }: InboundEvent, { detail, code }: Failure, account: ParseContext['account']): InboundEvent => ({
  kind: 'account',
  id: id(`trouble:${receipt}`),
  at,
  from: { channel: 'whatsapp', account, conversation: id('') },
  change: 'limited',
  detail: detail ?? code,
})

function failureIn(errors: unknown): Failure {
  const error = graphErrorIn(listIn(errors)[0])
  return error ? graphFailure(error, 400, table) : { kind: 'rejected', code: 'failed', detail: 'WhatsApp does not say why it failed.' }
}

/** Trouble of the number as a whole. Only what stops it is an event; a busy minute is named. WhatsApp's own words are not kept: they may quote. */
export function readError(given: { readonly [key: string]: unknown }, entry: MetaEntry, { account, now }: ParseContext): Parsed {
  const error = graphErrorIn(given)
  if (!error) throw new TypeError('an error without a code')
  const { kind, detail } = graphFailure(error, 400, table)
  if (kind !== 'unauthorized') return { events: [], ignored: [`error:${error.code}`] }
  const told = typeof entry.time === 'number' && entry.time > 0 && entry.time < 8.64e12 ? new Date(inMs(entry.time)) : now()
  const event: InboundEvent = {
    kind: 'account',
    id: id(`error:${error.code}:${told.getTime()}`),
    at: told.toISOString(),
    from: { channel: 'whatsapp', account, conversation: id('') },
    change: 'revoked',
    detail: `${detail ?? 'WhatsApp reports an error.'} (${error.code})`,
  }
  return { events: [event], ignored: [] }
}

/** An entry's time comes in seconds. */
const inMs = (time: number): number => (time < 1e11 ? time * 1000 : time)
