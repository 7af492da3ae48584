import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../adapters/telegram/emulator.ts'
import type { EmulatedPerson } from '../../src/channel/emulator.ts'
import { openHub } from '../support/hub.ts'

/** It reads whole groups, so that the hub itself has to tell who speaks to it. */
const bot = { token: '110201543:GROUPS-aaaaaaaaaaaaaaaaaaaaaaaaaaaaa', username: 'switchboard_bot', name: 'Switchboard', privacy: false }

let slack: SlackEmulator
let teams: TeamsEmulator
let telegram: TelegramEmulator
let hub: Awaited<ReturnType<typeof openHub>>
beforeAll(async () => {
  slack = await startSlackEmulator()
  teams = await startTeamsEmulator()
  telegram = await startTelegramEmulator({ timeScale: 40, bots: [bot] })
  const emulators = { slack, teams, telegram }
  hub = await openHub({
    channels: Object.entries(emulators).map(([channel, emulator]) => ({ channel, account: 'main', ...emulator.account() })),
  })
  for (const [channel, emulator] of Object.entries(emulators)) await emulator.connect(new URL(`/hooks/${channel}/main`, hub.url))
}, 60_000)
afterAll(async () => {
  await hub?.stop()
  await Promise.all([slack, teams, telegram].map((emulator) => emulator?.close()))
})

/** Two people in one place; `first` opens it, and `second` comes to it. `call` is how the hub is spoken to. */
type Place = { readonly call: string; readonly first: EmulatedPerson; second(): EmulatedPerson }
const places: readonly (readonly [string, () => Place])[] = [
  [
    'a thread of a Slack channel',
    () => {
      const channel = slack.channel('floor-3')
      const ada = channel.person('Ada')
      let thread = ''
      const first: EmulatedPerson = {
        ...ada,
        types: async (text) => {
          if (thread !== '') return ada.types(text, { thread })
          thread = await ada.types(text)
          return thread
        },
      }
      return { call: '@switchboard', first, second: () => channel.person('Bo').in(thread) }
    },
  ],
  [
    'a thread of a Teams channel',
    () => {
      const ada = teams.channel('Office', 'Floor 3').person('Ada')
      return { call: '@Switchboard', first: ada, second: () => teams.thread(ada.conversation.id).person('Bo') }
    },
  ],
  [
    'a Telegram group',
    () => {
      const group = telegram.group({ title: 'Floor 3' })
      return { call: '@switchboard_bot', first: group.person('Ada'), second: () => group.person('Bo') }
    },
  ],
]

describe.each(places)('two people in %s', (_title, open) => {
  test('are each answered for themselves, and what is for one of them alone is not said', async () => {
    const { call, first, second } = open()
    const heard = () =>
      first.sees().flatMap(({ by, text, buttons }) => (by === 'hub' ? [`${text}\n${buttons.map(({ label }) => label).join('\n')}`] : []))
    const answered = async (words: string, times = 1) =>
      expect
        .poll(() => heard().filter((one) => one.includes(words)).length, {
          timeout: 30_000,
          message: `"${words}" in ${JSON.stringify(heard())}`,
        })
        .toBe(times)

    await first.types(`${call} report an incident`)
    await answered("What isn't working?")
    const bo = second()
    await bo.types(`${call} what are your hours?`)
    await answered('Our technicians are here')
    await first.types(`${call} the scanner of room 4 makes black stripes on every single page`)
    await answered('How urgent is it?')
    await bo.types(`${call} show my open requests`)
    await answered('write to me directly')
    await first.types(`${call} low`)
    await answered('Shall I submit it?')
    await bo.types(`${call} I forgot my password`)
    await answered('write to me directly', 2)
    await first.types(`${call} submit`)
    await answered('logged as')
    expect(heard().join('\n')).not.toMatch(/\/requests\/INC-|six digits|@example\.com/)
  })
})
