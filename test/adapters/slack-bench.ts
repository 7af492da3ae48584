import { expect } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { slack } from '../../adapters/slack/index.ts'
import type { Adapter, InboundEvent } from '../../src/channel/index.ts'
import { attempt, type Bench, openBench, why } from '../contract/contract-bench.ts'

export const folder = new URL('../../adapters/slack/', import.meta.url)
export type SlackBench = Omit<Bench, 'emulator'> & { readonly emulator: SlackEmulator }

/** The adapter on its emulator; close it after the test. */
export const openSlack = async (): Promise<SlackBench> =>
  (await openBench({ definition: slack as never, startEmulator: startSlackEmulator, folder })) as unknown as SlackBench

/** The next event of a kind that somebody's act brings about. */
export async function eventOf<Kind extends InboundEvent['kind']>(bench: SlackBench, act: () => Promise<unknown>, kind: Kind) {
  const since = bench.door.events.length
  await act()
  return bench.door.next(kind, since)
}
export const say = (adapter: Adapter, words: string, to: InboundEvent['from'], format: 'plain' | 'markdown' = 'plain') =>
  adapter.send(adapter.render([{ type: 'text', text: words, format }], to, why)[0]!, to, attempt())
export const failureOf = (bench: SlackBench, work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it worked'),
    (error: unknown) => bench.adapter.classify(error),
  )
