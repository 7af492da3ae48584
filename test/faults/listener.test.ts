import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFailed, test } from 'vitest'
import type { AccountView } from '../../src/http/api-types.ts'
import { adminOfTests, type HubProcess, startHubProcess } from '../support/hub.ts'
import { startLinked } from '../support/linked.ts'
import { postgresUrl, redisUrl } from '../support/services.ts'
import { marked } from './marked.ts'

const postgres = await postgresUrl()
const redis = await redisUrl()
afterAll(async () => {
  await redis?.drop()
  await postgres?.drop()
})

const account = `linked-${randomBytes(3).toString('hex')}`

test('one process alone, on the embedded database, sends as soon as it listens', { timeout: 300_000 }, async () => {
  const platform = await startLinked()
  const hub = await startHubProcess({ channels: [{ channel: 'linked', account, url: platform.url }] })
  onTestFailed(() => console.error(hub.log()))
  try {
    await expect.poll(() => platform.session).toBeDefined()
    platform.types('Ana', 'one')
    await expect.poll(() => platform.sent.map(({ text }) => text)).toEqual(['one'])
    expect(platform.refused).toEqual([])
    expect(await checked(hub)).toMatchObject({ state: 'green' })
  } finally {
    await hub.close()
    await platform.close()
  }
})

/** The account as its page shows it after a check that this process was asked for. */
async function checked({ url }: HubProcess): Promise<AccountView> {
  const post = (path: string, body: object, cookie = '') =>
    fetch(new URL(path, url), {
      method: 'POST',
      headers: { cookie, origin: url, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const signedIn = await post('/api/auth/sign-in/email', adminOfTests)
  const cookie = signedIn.headers.getSetCookie().map((line) => line.split(';')[0])
  const answer = await post(`/api/admin/accounts/linked/${account}/check`, {}, cookie.join('; '))
  return (await answer.json()) as AccountView
}

describe.runIf(postgres && redis)('two processes on an account that only its listener can send for', () => {
  test('hand over what they owe: nothing is lost, doubled or disordered, and nothing is tried where it cannot work', {
    timeout: 600_000,
  }, async () => {
    const platform = await startLinked(5)
    const setup = { channels: [{ channel: 'linked', account, url: platform.url }], databaseUrl: postgres!.url, redisUrl: redis!.url }
    const first = await startHubProcess(setup)
    await expect.poll(() => platform.session).toBeDefined()
    const second = await startHubProcess(setup)
    onTestFailed(() => console.error(first.log(), second.log()))
    const people = Array.from({ length: 12 }, (_, n) => `person-${n}`)
    const wanted = new Map<string, string[]>(people.map((name) => [name, []]))
    const [hooked, linked] = [new Set<string>(), new Set<string>()]
    const say = async (text: string, by?: HubProcess) => {
      ;(by ? hooked : linked).add(text)
      for (const name of people) {
        wanted.get(name)!.push(text)
        if (!by) platform.types(name, text)
        else {
          const answer = await fetch(`${by.url}/hooks/linked/${account}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(platform.said(name, text)),
          })
          expect(answer.status).toBe(200)
        }
      }
    }
    const answered = (name: string) => platform.sent.filter(({ chat }) => chat === name).map(({ text }) => text)
    const settled = () => expect.poll(() => people.every((name) => answered(name).length >= wanted.get(name)!.length), { timeout: 60_000 })
    try {
      // Taken by the process that listens, then by the one that does not: the answers leave from the linked device.
      await say('one')
      await say('two', second)
      await settled().toBe(true)
      expect(platform.refused).toEqual([])
      // Asked in the process that does not listen, a check tells what the listener knows.
      expect(await checked(second)).toMatchObject({ state: 'green', facts: { listening: { state: 'open' } } })
      const [before] = new Set(platform.sent.map(({ session }) => session))

      // Killed under load; what comes meanwhile waits until the other one has linked itself.
      for (const text of ['three', 'four']) await say(text)
      await say('five', second)
      await wait(30)
      await first.kill('SIGKILL')
      await say('six', second)
      await say('seven')
      await settled().toBe(true)
      expect(platform.session).not.toBe(before)

      // Asked to stop: it hands over in seconds.
      await first.restart()
      await say('eight', first)
      const stopping = platform.session
      await second.kill('SIGTERM')
      await say('nine', first)
      await say('ten')
      await settled().toBe(true)
      expect(platform.untaken).toBe(0)
      // What was begun in the very moment of the goodbye may be refused, and is sent by the next one.
      expect(platform.refused.filter(({ session }) => session !== stopping)).toEqual([])

      await first.kill('SIGTERM')
      const twice = await marked({ databaseUrl: postgres!.url, account })
      for (const name of people) {
        const once = [...new Set(answered(name))]
        const doubled = once.filter((text) => answered(name).filter((one) => one === text).length > 1)
        expect(once.toSorted()).toEqual(wanted.get(name)!.toSorted())
        // What came by one way is answered in its order; which of two ways is quicker, nobody promises.
        for (const way of [hooked, linked]) expect(once.filter((text) => way.has(text))).toEqual([...way])
        expect(doubled.filter((text) => !twice.includes(`${name}: ${text}`))).toEqual([])
      }
    } finally {
      await Promise.all([first.close(), second.close()])
      await platform.close()
    }
  })
})
