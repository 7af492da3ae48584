import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startHub, stopHub } from './hub.ts'
import { openClient, serve } from './wire.ts'

const secret = 'bench-webhook-secret'
const token = '110201543:BENCH-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'

type Result = {
  readonly seconds: number
  readonly answered: number
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
  readonly ack: readonly number[]
  readonly endToEnd: readonly number[]
  /** CPU seconds of the hub's process, user and system. */
  readonly busy: number
  readonly rssMb: number
}

/**
 * A closed loop: so many people each send a message, wait for its answer at the fake Bot API, and send the next. This process is driver and fake API;
 * the hub is one of its own. `--database postgres://…` (and `--redis redis://…`) measures Postgres, without it the embedded default.
 * `--profile DIRECTORY` leaves a CPU profile of the hub there.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      database: { type: 'string' },
      redis: { type: 'string' },
      seconds: { type: 'string', default: '15' },
      warmup: { type: 'string', default: '5' },
      people: { type: 'string', default: '64' },
      'own-agent': { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  const people = Number(values.people)
  console.log(
    `machine: ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`,
  )
  console.log(
    `store: ${values.database ? 'Postgres' : 'PGlite'} · queue: ${values.redis ? 'Redis' : 'the same database'} · ${people} people · ${values['own-agent'] ? 'the virtual agent' : 'echo'}`,
  )
  const database = values.database ? await makeDatabase(values.database) : undefined
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-bench-'))
  const driver = makeDriver(people, values['own-agent'])
  const api = await serve(driver.api)
  const asked = performance.now()
  const hub = await startHub(directory, {
    channels: [{ channel: 'telegram', account: 'bench', botToken: token, webhookSecret: secret, apiUrl: `http://127.0.0.1:${api.port}` }],
    database: database?.url,
    redis: values.redis,
    logLevel: 'warn',
    flags: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`],
    args: values['own-agent'] ? ['--own-agent'] : [],
  })
  console.log(`started in ${((performance.now() - asked) / 1_000).toFixed(1)} s`)
  const port = Number(new URL(hub.url).port)
  try {
    await driver.run(port, Number(values.warmup) * 1_000)
    driver.forget()
    const busyBefore = cpuSecondsOf(hub.process.pid!)
    const seconds = await driver.run(port, Number(values.seconds) * 1_000)
    const busy = cpuSecondsOf(hub.process.pid!) - busyBefore
    const result: Result = { ...driver.result(), seconds, busy, rssMb: rssOf(hub.process.pid!) }
    print(result)
    const durable = database
      ? await database.durability()
      : 'fsync on · synchronous_commit on · full_page_writes on (set when PGlite is opened; test/contract/pglite.test.ts counts the fsyncs)'
    console.log(durable)
    if (result.lost + result.doubled + result.outOfOrder > 0 || durable.includes(' off')) process.exitCode = 1
  } finally {
    await stopHub(hub.process)
    api.close()
    await database?.drop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The people and the fake Bot API: who waits for which number, and what came instead. */
function makeDriver(people: number, anyAnswer: boolean) {
  const waiting = new Map<string, { readonly number: number; readonly since: number; readonly resolve: () => void }>()
  let update = 0
  let message = 0
  let answered = 0
  let doubled = 0
  let outOfOrder = 0
  let lost = 0
  let ack: number[] = []
  let endToEnd: number[] = []

  const api = (path: string, body: Buffer): string => {
    if (!path.endsWith('/sendMessage'))
      return path.endsWith('/getMe')
        ? '{"ok":true,"result":{"id":110201543,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
        : '{"ok":true,"result":{"url":""}}'
    const { chat_id, text } = JSON.parse(body.toString()) as { chat_id: number | string; text: string }
    const chat = String(chat_id)
    const expected = waiting.get(chat)
    const number = Number(/number (\d+)/.exec(text)?.[1] ?? Number.NaN)
    if (expected && (anyAnswer || number === expected.number)) {
      waiting.delete(chat)
      answered++
      endToEnd.push(performance.now() - expected.since)
      expected.resolve()
    } else if (!anyAnswer) {
      if (expected && number > expected.number) outOfOrder++
      else doubled++
    }
    return `{"ok":true,"result":{"message_id":${++message},"date":1764000000,"chat":{"id":${chat},"type":"private"}}}`
  }

  async function person(port: number, chat: number, until: number): Promise<void> {
    const client = openClient(port)
    while (performance.now() < until) {
      const number = ++update
      const since = performance.now()
      const arrived = new Promise<void>((resolve) => waiting.set(String(chat), { number, since, resolve }))
      const text = anyAnswer ? 'hello' : `number ${number}`
      const status = await client.post(
        '/hooks/telegram/bench',
        `x-telegram-bot-api-secret-token: ${secret}\r\n`,
        `{"update_id":${number},"message":{"message_id":${number},"date":${Math.floor(Date.now() / 1_000)},"from":{"id":${chat},"is_bot":false,"first_name":"P${chat}"},"chat":{"id":${chat},"type":"private","first_name":"P${chat}"},"text":"${text}"}}`,
      )
      if (status !== 200) throw new Error(`the hub answered ${status}`)
      ack.push(performance.now() - since)
      const late = setTimeout(() => {
        if (!waiting.delete(String(chat))) return
        lost++
        giveUp()
      }, 20_000)
      let giveUp: () => void = () => undefined
      await Promise.race([arrived, new Promise<void>((resolve) => (giveUp = resolve))])
      clearTimeout(late)
    }
    client.close()
  }

  return {
    api,
    /** Seconds it took. */
    async run(port: number, ms: number): Promise<number> {
      const start = performance.now()
      await Promise.all(Array.from({ length: people }, (_, index) => person(port, 1_000 + index, start + ms)))
      return (performance.now() - start) / 1_000
    },
    forget() {
      answered = 0
      ack = []
      endToEnd = []
    },
    result: () => ({ answered, lost, doubled, outOfOrder, ack, endToEnd }),
  }
}

async function makeDatabase(base: string) {
  const name = `switchboard_bench_${process.pid}`
  const admin = new pg.Client({ connectionString: base })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = new URL(base)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async durability() {
      const { rows } = await admin.query<{ name: string; setting: string }>(
        "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') order by name",
      )
      return rows.map((row) => `${row.name} ${row.setting}`).join(' · ')
    },
    async drop() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

/** Resident memory of a process in MB, where the system tells. */
function rssOf(pid: number): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024)
  } catch {
    return 0
  }
}

/** User and system time of a process so far, in seconds; clock ticks are 1/100 s on every Linux we know. */
function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    return (Number(user) + Number(system)) / 100
  } catch {
    return Number.NaN
  }
}

function print({ seconds, answered, lost, doubled, outOfOrder, ack, endToEnd, busy, rssMb }: Result): void {
  const at = (times: readonly number[], share: number): string => {
    const sorted = times.toSorted((one, other) => one - other)
    return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
  }
  console.log(`${Math.round(answered / seconds)} messages/s (${answered} in ${seconds.toFixed(1)} s)`)
  console.log(`ack p50 ${at(ack, 0.5)} ms, p99 ${at(ack, 0.99)} ms · end to end p50 ${at(endToEnd, 0.5)} ms, p99 ${at(endToEnd, 0.99)} ms`)
  console.log(
    `the hub's process: ${Math.round((busy / answered) * 1e6)} µs of CPU a message, ${Math.round((busy / seconds) * 100)} % of a core`,
  )
  console.log(`lost ${lost} · doubled ${doubled} · out of order ${outOfOrder} · resident memory ${rssMb} MB`)
}
