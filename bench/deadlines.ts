import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startEmulator as line } from '../adapters/line/emulator.ts'
import { startEmulator as messenger } from '../adapters/messenger/emulator.ts'
import { startSlackEmulator } from '../adapters/slack/emulator.ts'
import { startEmulator as teams } from '../adapters/teams/emulator.ts'
import { startEmulator as telegram } from '../adapters/telegram/emulator.ts'
import { startEmulator as viber } from '../adapters/viber/emulator.ts'
import { startEmulator as whatsapp } from '../adapters/whatsapp/emulator.ts'
import type { Emulator } from '../src/channel/emulator.ts'
import { startHub, stopHub } from './hub.ts'

/** Long enough that every acknowledgement is measured, the late ones too. */
const patient = { patienceMs: 120_000 }

/** How long each platform waits for an acknowledgement, as its emulator's folder says with the source. */
const platforms = [
  { title: 'Slack over HTTP', channel: 'slack', account: 'http', seconds: 3, start: () => startSlackEmulator(patient) },
  {
    title: 'Slack, Socket Mode',
    channel: 'slack',
    account: 'socket',
    seconds: 3,
    start: () => startSlackEmulator({ ...patient, mode: 'socket' }),
  },
  { title: 'LINE', channel: 'line', account: 'main', seconds: 2, start: () => line(patient) },
  { title: 'Viber', channel: 'viber', account: 'main', seconds: 5, start: () => viber(patient) },
  { title: 'Microsoft Teams', channel: 'teams', account: 'main', seconds: 15, start: () => teams(patient) },
  { title: 'Messenger', channel: 'messenger', account: 'main', seconds: 20, start: () => messenger(patient) },
  { title: 'WhatsApp', channel: 'whatsapp', account: 'main', seconds: 20, start: () => whatsapp(patient) },
  { title: 'Telegram', channel: 'telegram', account: 'main', seconds: 60, start: () => telegram(patient) },
] as const

/**
 * So many people write at once on one channel after the other, `--rounds` times; the first round warms the hub up and is not counted. What is measured goes
 * from their writing to the 200 that the platform sees. `npm run bench -- deadlines [--people 200] [--rounds 3] [--database postgres://…] [--redis redis://…]`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      database: { type: 'string' },
      redis: { type: 'string' },
      people: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '3' },
    },
  })
  const people = Number(values.people)
  console.log(
    `machine: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version} · store: ${values.database ? 'Postgres' : 'PGlite'}`,
  )
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-bench-'))
  const played = await Promise.all(platforms.map(async (platform) => ({ ...platform, emulator: await platform.start() })))
  const hub = await startHub(directory, {
    channels: played.map(channelOf),
    database: values.database,
    redis: values.redis,
    logLevel: 'error',
  })
  try {
    for (const { channel, account, emulator } of played)
      if (account !== 'socket') await emulator.connect(new URL(`/hooks/${channel}/${account}`, hub.url))
      else while ('connections' in emulator && emulator.connections() === 0) await wait(20)
    console.log(`acknowledgements of ${people} messages at once, in ms`)
    for (const { title, seconds, emulator } of played) {
      const times: number[] = []
      for (let round = 0; round <= Number(values.rounds); round++) {
        const took = await acknowledged(emulator, people, `${title} ${round}`)
        if (round > 0) times.push(...took)
      }
      const sorted = times.toSorted((one, other) => one - other)
      const at = (share: number) => String(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]).padStart(5)
      const late = sorted.filter((ms) => ms > seconds * 1_000).length
      console.log(
        `${title.padEnd(20)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)}  of ${seconds * 1_000}${late > 0 ? ` · ${late} LATE` : ''}`,
      )
      if (late > 0) process.exitCode = 1
    }
  } finally {
    await stopHub(hub.process)
    for (const { emulator } of played) await emulator.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** How long each took that was acknowledged, in ms; waits until their answers are there too, so that rounds do not mix. */
async function acknowledged(emulator: Emulator, people: number, words: string): Promise<readonly number[]> {
  const since = Date.now()
  await Promise.all(Array.from({ length: people }, (_, n) => emulator.person(`Person ${n}`).types(`${words} of ${n}`)))
  const taken = () =>
    emulator.record.delivered.filter(({ text, status, attempt }) => attempt === 1 && status === 200 && text.startsWith(words))
  const answers = () => emulator.record.accepted.filter(({ text }) => text.startsWith(words)).length
  while (taken().length < people || answers() < people) await wait(20)
  const times = taken().map(({ at }) => at - since)
  emulator.record.clear()
  return times
}

type Played = { readonly channel: string; readonly account: string; readonly emulator: Emulator }
const channelOf = ({ channel, account, emulator }: Played) => ({
  channel,
  account,
  ...(channel === 'whatsapp' ? { transport: 'cloud' } : {}),
  ...emulator.account(),
})
