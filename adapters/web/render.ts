import type { Content } from '../../src/channel/index.ts'
import type { Payload } from './wire.ts'

/** One push for up to twenty contents; the page draws them itself. */
export function render(contents: readonly Content[], messagesPerCall: number): readonly Payload[] {
  const payloads: Payload[] = []
  for (let at = 0; at < contents.length; at += messagesPerCall) payloads.push({ contents: contents.slice(at, at + messagesPerCall) })
  return payloads
}
