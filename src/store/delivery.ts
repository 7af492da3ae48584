import type { Failure } from '../channel/index.ts'
import type { DeliveryState, MessageView } from '../http/api-types.ts'
import type { PartState } from './tables.ts'

/** A part of a message with what the platform has told about it; receipts under `up-to:<status>` hold for everything sent until `at`. */
export type PartFacts = {
  readonly state: PartState
  readonly twice: boolean
  readonly failure: Failure | null
  readonly platform: readonly string[] | null
  readonly sentAt: string | null
  readonly paused: boolean
  readonly receipts: readonly ReceiptFacts[]
}
export type ReceiptFacts = { readonly platform: string; readonly status: Told; readonly at: string; readonly failure: Failure | null }
type Told = 'sent' | 'delivered' | 'read' | 'failed'
type State = { readonly state: DeliveryState; readonly failure: Failure | null; readonly paused?: boolean }

const forward = ['sent', 'delivered', 'read'] as const

/** What became of a message: as far as its part that came least far, and failed or held where one of them is. */
export function deliveryOf(parts: readonly PartFacts[]): NonNullable<MessageView['delivery']> | undefined {
  const states = parts.map(stateOf)
  const worst =
    first(states, 'failed') ??
    first(states, 'held') ??
    first(states, 'sending') ??
    waiting(states) ??
    first(states, 'sent') ??
    first(states, 'delivered') ??
    first(states, 'read')
  if (!worst) return undefined
  const reason = reasonOf(worst)
  return {
    state: worst.state,
    ...(reason === undefined ? {} : { reason }),
    ...(parts.some((part) => part.twice) ? { perhapsTwice: true as const } : {}),
  }
}

const first = (states: readonly State[], state: DeliveryState) => states.find((one) => one.state === state)

/** Where some of its parts have left already, the message is on its way. */
function waiting(states: readonly State[]): State | undefined {
  const found = first(states, 'waiting')
  return found && states.some(({ state }) => state !== 'waiting') ? { ...found, state: 'sending' } : found
}

function stateOf(part: PartFacts): State {
  switch (part.state) {
    case 'due':
      return { state: 'waiting', failure: part.failure, paused: part.paused }
    case 'begun':
      return { state: 'sending', failure: null }
    case 'failed':
    case 'held':
      return { state: part.state, failure: part.failure }
    case 'sent':
      return told(part)
  }
}

/** A receipt for one id of the call, or a watermark that lies behind its sending; `failed` is final, everything else only moves forward. */
function told({ platform, receipts, sentAt }: PartFacts): State {
  const own = receipts.filter((receipt) => !receipt.platform.startsWith('up-to:'))
  const refused = own.find((receipt) => receipt.status === 'failed')
  if (refused) return { state: 'failed', failure: refused.failure }
  const marks = receipts.filter(
    (receipt) => receipt.platform.startsWith('up-to:') && sentAt !== null && Date.parse(sentAt) <= Date.parse(receipt.at),
  )
  const reached = Math.max(0, ...marks.map(rank))
  const each = (platform ?? []).map((id) => Math.max(reached, ...own.filter((receipt) => receipt.platform === id).map(rank)))
  return { state: forward[each.length === 0 ? reached : Math.min(...each)]!, failure: null }
}

const rank = ({ status }: ReceiptFacts): number => Math.max(0, forward.indexOf(status as (typeof forward)[number]))

/** Why it is where it is, in a sentence for technicians and people alike; undefined where there is nothing to explain. */
export function reasonOf({ state, failure, paused }: State): string | undefined {
  if (paused) return 'This account is stopped until its credentials work again. The message waits and goes out by itself.'
  const because = failure?.detail ? ` (${failure.detail})` : ''
  if (state === 'held')
    return `The platform did not say whether it took this message${because}. It is held so that the person does not get it twice.`
  if (state !== 'failed' && state !== 'waiting' && state !== 'sending') return undefined
  if (!failure) return state === 'failed' ? 'The platform could not deliver this message.' : undefined
  if (state !== 'failed')
    return failure.kind === 'throttled'
      ? 'The platform asked us to slow down. The message goes out by itself.'
      : `The last try did not succeed${because}. The message goes out again by itself.`
  switch (failure.kind) {
    case 'rejected':
      return `The platform refused this message${because}.`
    case 'unreachable':
      return `This person cannot be reached here at the moment${because}.`
    case 'unauthorized':
      return `The platform did not accept our credentials${because}.`
    case 'uncertain':
      return `The platform never said whether it took this message${because}.`
    case 'transient':
    case 'throttled':
      return `The platform could not take this message for so long that it was given up${because}.`
  }
}
