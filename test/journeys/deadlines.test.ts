import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import type { Emulator } from '../../src/channel/emulator.ts'
import type { Content } from '../../src/channel/index.ts'
import { textOf } from '../../src/core/conversation.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import { openHub } from '../support/hub.ts'

const count = 200
/** "2xx within 3 seconds": https://docs.slack.dev/apis/events-api#responding */
const slackMs = 3_000
/** Teams' own program gives up after some five seconds at the earliest: https://github.com/microsoft/AdaptiveCards/issues/3701 */
const teamsInvokeMs = 5_000
/** A message: https://github.com/microsoft/botframework-sdk/issues/3122 */
const teamsMs = 15_000

/**
 * How many processes wait for one core: where a machine is shared by many, its hours are longer than those of the platforms, and so are the
 * limits here. On a machine of our own they are the platforms'.
 */
const crowd = Math.max(1, loadavg()[0]! / availableParallelism())

/** So long does the virtual agent think, in ms: longer than Slack waits. */
const slowMs = 5_000 * Math.min(crowd, 4)

const card: Content = { type: 'card', title: 'Decide', choices: [{ value: 'approve', label: 'Approve' }] }
/** Gives out cards at once, and takes its time for everything else. */
const slow: VirtualAgent = {
  async answer({ heard }) {
    const wantsCard = heard.every(({ content, chosen }) => chosen === undefined && textOf(content) === 'card, please')
    if (!wantsCard) await wait(slowMs)
    const content: Content = wantsCard ? card : { type: 'text', text: 'Now I know.' }
    return { say: heard.map(({ event }) => ({ content, to: [event] })), memory: null }
  },
}

let hub: Awaited<ReturnType<typeof openHub>>
let http: SlackEmulator
let socket: SlackEmulator
let teams: TeamsEmulator
beforeAll(async () => {
  ;[http, socket, teams] = await Promise.all([
    startSlackEmulator({ timeScale: 1 / crowd }),
    startSlackEmulator({ mode: 'socket', timeScale: 1 / crowd }),
    startTeamsEmulator({ timeScale: 1 / crowd }),
  ])
  const channels = [
    { channel: 'slack', account: 'http', ...http.account() },
    { channel: 'slack', account: 'socket', ...socket.account() },
    { channel: 'teams', account: 'main', ...teams.account() },
  ]
  hub = await openHub({ channels }, slow)
  await http.connect(new URL('/hooks/slack/http', hub.url))
  await teams.connect(new URL('/hooks/teams/main', hub.url))
  while (socket.connections() === 0) await wait(20)
  // A hub that has just started compiles itself with its first messages.
  for (const emulator of [http, socket, teams]) {
    const people = Array.from({ length: 20 }, (_, n) => emulator.person(`Early ${n}`))
    await Promise.all(people.map((person) => person.types('card, please')))
    while (people.some((person) => person.sees().every(({ by }) => by === 'person'))) await wait(10)
    emulator.record.clear()
  }
}, 60_000 * crowd)
afterAll(async () => {
  await hub?.stop()
  for (const emulator of [http, socket, teams]) await emulator?.close()
})

/** All at once; resolves to how long the platform waited for each acknowledgement, in ms, as it saw it itself. */
async function acknowledged(
  emulator: Emulator,
  words: string,
): Promise<readonly { readonly ms: number; readonly status: number | null }[]> {
  const started = Date.now()
  await Promise.all(Array.from({ length: count }, (_, n) => emulator.person(`${words} ${n}`).types(`${words} ${n}`)))
  const first = () => emulator.record.delivered.filter(({ text, attempt }) => text.startsWith(words) && attempt === 1)
  while (first().length < count) {
    if (Date.now() - started > 30_000 * crowd) throw new Error(`only ${first().length} of ${count} were delivered`)
    await wait(10)
  }
  return first().map(({ at, status }) => ({ ms: at - started, status }))
}

/** Events of these words that are filed, whatever became of them. */
const filed = async (words: string): Promise<number> =>
  (await hub.connection.db.selectFrom('inbox').select('happening').execute()).filter(({ happening }) =>
    JSON.stringify(happening).includes(`"${words} `),
  ).length

describe('while the virtual agent thinks for five seconds', () => {
  test.each([
    ['Slack over HTTP', () => http, slackMs],
    ['Slack over Socket Mode', () => socket, slackMs],
    ['Teams', () => teams, teamsMs],
  ] as const)(
    '%s gets its 200 acknowledgements in time, each after its event was filed',
    { timeout: 60_000 * crowd },
    async (name, emulator, limit) => {
      const words = `hello over ${name}`
      const acks = await acknowledged(emulator(), words)
      expect(await filed(words)).toBe(count)
      expect(emulator().record.accepted.length, 'answers so far').toBe(0)
      expect(acks.filter(({ status }) => status !== 200)).toEqual([])
      expect(Math.max(...acks.map(({ ms }) => ms))).toBeLessThan(limit * crowd)
      const until = Date.now() + 10_000 * crowd + slowMs
      while (emulator().record.accepted.length < count && Date.now() < until) await wait(50)
      expect(emulator().record.accepted.length).toBe(count)
    },
  )

  test('a press in Slack is acknowledged in time, and so is a command', { timeout: 60_000 * crowd }, async () => {
    const ada = http.person('Ada')
    await ada.types('card, please')
    while (ada.sees().every(({ buttons }) => buttons.length === 0)) await wait(10)
    const started = Date.now()
    await Promise.all([ada.presses('Approve'), http.person('Ben').commands('/support', 'my printer')])
    expect(Date.now() - started).toBeLessThan(slackMs * crowd)
  })

  test('the button of a card in Teams is answered in time, with a card that says that it was pressed', {
    timeout: 60_000 * crowd,
  }, async () => {
    const people = Array.from({ length: 30 }, (_, n) => teams.person(`Presser ${n}`))
    await Promise.all(people.map((person) => person.types('card, please')))
    while (people.some((person) => person.sees().every(({ buttons }) => buttons.length === 0))) await wait(10)
    const times = await Promise.all(
      people.map(async (person) => {
        const started = Date.now()
        await person.presses('Approve')
        return Date.now() - started
      }),
    )
    expect(Math.max(...times)).toBeLessThan(teamsInvokeMs * crowd)
    for (const person of people)
      expect(person.sees().find(({ by }) => by === 'hub')).toMatchObject({ text: 'Decide\n✓ Approve', buttons: [] })
    while (people.some((person) => person.sees().at(-1)?.text !== 'Now I know.')) await wait(20)
  })
})
