import type { Failure, Receipt } from '../channel/index.ts'
import type { Channel, Outgoing } from './ports.ts'

/** How long one call may take, in ms: the base, and what its bytes take over a slow line (100 KB/s). */
export const sendTimeoutMs = (bytes: number): number => 15_000 + Math.ceil(bytes / 100)

/** One platform call, and a second one where a message can't be changed any more: then it is said anew. Never throws: what it threw is explained by the adapter. */
export async function sendPart(
  { adapter }: Channel,
  part: Outgoing,
): Promise<{ readonly receipt: Receipt } | { readonly failure: Failure }> {
  // Not AbortSignal.timeout: it would keep every call of the last fifteen seconds in memory, answered or not.
  const patience = new AbortController()
  const timer = setTimeout(
    () => patience.abort(new DOMException('The platform did not answer in time.', 'TimeoutError')),
    sendTimeoutMs(part.bytes),
  )
  const attempt = {
    idempotencyKey: `${part.conversation}.${part.number}`,
    number: part.attempt,
    signal: patience.signal,
    messages: part.messages,
  }
  try {
    if (part.revises && adapter.revise) {
      const changed = await adapter.revise(part.payload, part.to, part.revises, attempt).catch((error: unknown) => {
        if (adapter.classify(error).kind === 'rejected') return null
        throw error
      })
      if (changed) return { receipt: changed }
    }
    return { receipt: await adapter.send(part.payload, part.to, attempt) }
  } catch (error) {
    return { failure: adapter.classify(error) }
  } finally {
    clearTimeout(timer)
  }
}
