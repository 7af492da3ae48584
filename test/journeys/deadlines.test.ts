import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import type { EmulatedPerson, Emulator } from '../../src/channel/emulator.ts'
import type { Content } from '../../src/channel/index.ts'
import { textOf } from '../../src/core/conversation.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import { openHub } from '../support/hub.ts'
import { until } from '../support/until.ts'

const count = 200
/** Longer than a test may take: what is acknowledged late shows as a test that does not end, on a machine of any speed. */
const patienceMs = 600_000

const card: Content = { type: 'card', title: 'Decide', choices: [{ value: 'approve', label: 'Approve' }] }

/** Until it is opened the virtual agent has nothing to say. */
let gate = Promise.withResolvers<void>()
/** Gives out cards at once; everything else waits for the gate. */
const held: VirtualAgent = {
  async answer({ heard }) {
    const wantsCard = heard.every(({ content, chosen }) => chosen === undefined && textOf(content) === 'card, please')
    if (!wantsCard) await gate.promise
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
    startSlackEmulator({ patienceMs }),
    startSlackEmulator({ mode: 'socket', patienceMs }),
    startTeamsEmulator({ patienceMs }),
  ])
  const channels = [
    { channel: 'slack', account: 'http', ...http.account() },
    { channel: 'slack', account: 'socket', ...socket.account() },
    { channel: 'teams', account: 'main', ...teams.account() },
  ]
  hub = await openHub({ channels }, held)
  await http.connect(new URL('/hooks/slack/http', hub.url))
  await teams.connect(new URL('/hooks/teams/main', hub.url))
  await until(() => socket.connections() > 0, 'a socket')
})
beforeEach(() => {
  gate = Promise.withResolvers()
})
afterAll(async () => {
  gate.resolve()
  await hub?.stop()
  for (const emulator of [http, socket, teams]) await emulator?.close()
})

/** Messages of these words that are filed, whatever became of them. */
const filed = async (words: string): Promise<number> =>
  (await hub.connection.db.selectFrom('inbox').select('happening').execute()).filter(({ happening }) =>
    JSON.stringify(happening).includes(`"${words} `),
  ).length

const answers = (person: EmulatedPerson): readonly string[] => person.sees().flatMap(({ by, text }) => (by === 'hub' ? [text] : []))
const withCard = (person: EmulatedPerson) => until(() => person.sees().some(({ buttons }) => buttons.length > 0), 'a card')

describe('while the virtual agent thinks', () => {
  test.each([
    ['Slack over HTTP', (): Emulator => http],
    ['Slack over Socket Mode', (): Emulator => socket],
    ['Teams', (): Emulator => teams],
  ] as const)('200 messages at once over %s are filed and acknowledged at the first try', async (name, emulator) => {
    const words = `hello over ${name}`
    const people = Array.from({ length: count }, (_, n) => emulator().person(`${words} ${n}`))
    await Promise.all(people.map((person, n) => person.types(`${words} ${n}`)))
    const tried = () => emulator().record.delivered.filter(({ text, status }) => text.startsWith(words) && status !== null)
    await until(() => tried().length >= count, '200 acknowledgements')
    expect(await filed(words)).toBe(count)
    expect(new Set(tried().map(({ id }) => id)).size).toBe(count)
    expect(tried().filter(({ status }) => status !== 200)).toEqual([])
    // Slack's own client leaves a socket whose pong is late, which is a matter of the machine; what was on its way then comes by the next.
    if (emulator() !== socket) expect(emulator().record.delivered.filter(({ attempt }) => attempt > 1)).toEqual([])
    expect(people.flatMap(answers), 'answers so far').toEqual([])
    gate.resolve()
    await until(() => emulator().record.accepted.length === count, '200 answers')
    expect(people.flatMap(answers)).toEqual(Array(count).fill('Now I know.'))
    expect(tried()).toHaveLength(count)
  })

  test('a press in Slack is acknowledged, and so is a command', async () => {
    const [ada, ben] = [http.person('Ada'), http.person('Ben')]
    await ada.types('card, please')
    await withCard(ada)
    await Promise.all([ada.presses('Approve'), ben.commands('/support', 'my printer')])
    expect([...answers(ada), ...answers(ben)]).not.toContain('Now I know.')
    gate.resolve()
    for (const person of [ada, ben]) await until(() => answers(person).includes('Now I know.'), 'the answer')
  })

  test('the button of a card in Teams is answered with a card that says that it was pressed', async () => {
    const people = Array.from({ length: 30 }, (_, n) => teams.person(`Presser ${n}`))
    await Promise.all(people.map((person) => person.types('card, please')))
    for (const person of people) await withCard(person)
    await Promise.all(people.map((person) => person.presses('Approve')))
    for (const person of people) {
      expect(person.sees().find(({ by }) => by === 'hub')).toMatchObject({ text: 'Decide\n✓ Approve', buttons: [] })
      expect(answers(person)).not.toContain('Now I know.')
    }
    gate.resolve()
    for (const person of people) await until(() => answers(person).includes('Now I know.'), 'the answer')
  })
})
