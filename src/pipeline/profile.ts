import type { Address, Person } from '../channel/index.ts'
import type { Channels, Log, Store } from './ports.ts'

/** Platforms are asked for one person at a time, and whoever waits longer than this many others is asked another day. */
const mostWaiting = 1_000
const askTimeoutMs = 10_000

export type Met = { readonly person: Person; readonly at: Address }
type Needs = { readonly channels: Channels; readonly store: Store; readonly log: Log }

/** Learns what the platform tells of people we met (name, e-mail, picture), off the way of messages and at most once a day each. */
export function makeProfile({ channels, store, log }: Needs) {
  const waiting: Met[] = []
  let busy = false

  async function work(): Promise<void> {
    busy = true
    for (let met = waiting.shift(); met; met = waiting.shift()) await ask(met)
    busy = false
  }

  async function ask({ person, at }: Met): Promise<void> {
    const { adapter } = channels.get(at.channel, at.account) ?? {}
    if (!adapter?.profile) return
    try {
      if (!(await store.claimProfile(at, person.key))) return
      await store.noteProfile(at, person.key, await adapter.profile(person, at, AbortSignal.timeout(askTimeoutMs)))
    } catch (error) {
      const failure = adapter.classify(error)
      log.info(
        { step: 'profile', channel: at.channel, account: at.account, failure },
        'the platform told nothing of a person; another day it may',
      )
    }
  }

  return {
    ask(people: readonly Met[]): void {
      for (const met of people)
        if (waiting.length < mostWaiting && channels.get(met.at.channel, met.at.account)?.adapter.profile) waiting.push(met)
      if (!busy && waiting.length > 0) void work()
    },
    close(): void {
      waiting.length = 0
    },
  }
}
