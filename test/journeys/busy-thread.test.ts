import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import { echo } from '../support/echo.ts'
import { openHub } from '../support/hub.ts'

const count = 16
let hub: Awaited<ReturnType<typeof openHub>>
let teams: TeamsEmulator
beforeAll(async () => {
  teams = await startTeamsEmulator({ patienceMs: 60_000 })
  hub = await openHub({ channels: [{ channel: 'teams', account: 'main', ...teams.account() }] }, echo)
  await teams.connect(new URL('/hooks/teams/main', hub.url))
})
afterAll(async () => {
  await hub?.stop()
  await teams?.close()
})

test('one thread that Teams asks to slow down waits alone: all its answers come, in order, and others are answered at once', async () => {
  Object.assign(teams.switches, { threadLimits: true })
  const [ada, ben] = [teams.person('Ada'), teams.person('Ben')]
  const answers = (person: typeof ada) => person.sees().flatMap(({ by, text }) => (by === 'hub' ? [text] : []))
  for (let number = 1; number <= count; number++) await ada.types(`number ${number}`)
  const refused = () => teams.record.calls.filter(({ status }) => status === 429).length
  while (refused() === 0) await wait(5)
  await ben.types('hello from Ben')
  while (answers(ben).length === 0) await wait(5)
  expect(answers(ada).length, 'Ada’s answers so far').toBeLessThan(count)
  while (answers(ada).length < count) await wait(20)
  expect(answers(ada)).toEqual(Array.from({ length: count }, (_, index) => `number ${index + 1}`))
  const account = await hub.connection.db.selectFrom('accounts').selectAll().where('channel', '=', 'teams').executeTakeFirstOrThrow()
  expect(account).toMatchObject({ throttled_until: null, paced_until: null })
})
