import { expect, test } from 'vitest'
import type { AccountId, Adapter, Person, PersonKey, Profile } from '../../src/channel/index.ts'
import type { Channel, Channels, Log, Store } from '../../src/pipeline/ports.ts'
import { makeProfile } from '../../src/pipeline/profile.ts'
import { addressOf } from '../support/events.ts'

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const person = (key: string): Person => ({ key: key as PersonKey })

function house(profile: Adapter['profile']) {
  const claimed = new Set<string>()
  const noted: [string, Profile][] = []
  const channel = {
    account: 'main' as AccountId,
    adapter: { profile, classify: () => ({ kind: 'transient', code: 'x' }) },
  } as unknown as Channel
  const channels: Channels = { get: () => channel, all: () => [channel] }
  const store = {
    claimProfile: async (_at: unknown, key: string) => !claimed.has(key) && !!claimed.add(key),
    noteProfile: async (_at: unknown, key: string, told: Profile) => void noted.push([key, told]),
  } as unknown as Store
  return { noted, profile: makeProfile({ channels, store, log: quiet }) }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

test('a person is asked about once, one after the other, and what is told is kept', async () => {
  let under = 0
  let most = 0
  const { noted, profile } = house(async ({ key }) => {
    most = Math.max(most, ++under)
    await new Promise((resolve) => setTimeout(resolve, 1))
    under--
    return { name: `The ${key}` }
  })
  profile.ask(['ada', 'ben', 'ada'].map((key) => ({ person: person(key), at: addressOf(key) })))
  await settled()
  expect(noted).toEqual([
    ['ada', { name: 'The ada' }],
    ['ben', { name: 'The ben' }],
  ])
  expect(most).toBe(1)
})

test('a platform that tells nothing of one person does not keep the next one waiting', async () => {
  const { noted, profile } = house(async ({ key }) => {
    if (key === 'ada') throw new Error('no consent')
    return { name: 'Ben' }
  })
  profile.ask(['ada', 'ben'].map((key) => ({ person: person(key), at: addressOf(key) })))
  await settled()
  expect(noted).toEqual([['ben', { name: 'Ben' }]])
})

test('a channel that knows nothing of people is not asked', async () => {
  const { noted, profile } = house(undefined)
  profile.ask([{ person: person('ada'), at: addressOf('ada') }])
  await settled()
  expect(noted).toEqual([])
})
