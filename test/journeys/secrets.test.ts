import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmulator as startLine } from '../../adapters/line/emulator.ts'
import { startEmulator as startSlack } from '../../adapters/slack/emulator.ts'
import { startEmulator as startTelegram } from '../../adapters/telegram/emulator.ts'
import type { Emulator } from '../../src/channel/emulator.ts'
import { MASK } from '../../src/core/secrets.ts'
import { openHub } from '../support/hub.ts'

const secret = 'Hunter2!x'
const emulators = new Map<string, Emulator>()
let hub: Awaited<ReturnType<typeof openHub>>

beforeAll(async () => {
  for (const [name, start] of Object.entries({ telegram: startTelegram, slack: startSlack, line: startLine }))
    emulators.set(name, await start({ timeScale: 20 }))
  hub = await openHub({
    channels: [
      ...[...emulators].map(([channel, emulator]) => ({ channel, account: 'main', ...emulator.account() })),
      { channel: 'web', account: 'main', guest: true, allowedOrigins: [] },
    ],
  })
  for (const [channel, emulator] of emulators) await emulator.connect(new URL(`/hooks/${channel}/main`, hub.url))
})
afterAll(async () => {
  await hub?.stop()
  await Promise.all([...emulators.values()].map((emulator) => emulator.close()))
})

/** Every table that holds these words, as `schema.table`. */
async function tablesWith(words: string): Promise<readonly string[]> {
  const db: Kysely<any> = hub.connection.db
  const { rows } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(db)
  const found: string[] = []
  for (const { schema, name } of rows) {
    const { rows: hits } = await sql`
      select 1 from ${sql.table(`${schema}.${name}`)} t where t::text ilike ${`%${words}%`}
        or encode(t::text::bytea, 'escape') ilike ${`%${Buffer.from(words).toString('hex')}%`} limit 1`.execute(db)
    if (hits.length > 0) found.push(`${schema}.${name}`)
  }
  return found
}

describe('a password that somebody writes', () => {
  test.each(['telegram', 'slack', 'line'])('on %s is neither kept nor logged, and they are told', async (channel) => {
    const person = emulators.get(channel)!.person('Ada')
    await person.types(`my password is ${secret}`)
    const heard = () => person.sees().filter(({ by }) => by === 'hub')
    await expect
      .poll(() =>
        heard()
          .map(({ text }) => text)
          .join('\n'),
      )
      .toMatch(/password/i)
    await person.types(`Somebody has to help me, the password for the VPN was ${secret}`)
    await expect.poll(heard).not.toHaveLength(1)
    expect(await tablesWith('Hunter2')).toEqual([])
    expect(hub.complaints.join('')).not.toContain('Hunter2')
    expect(await tablesWith(`my password is ${MASK}`)).toEqual(expect.arrayContaining(['public.messages', 'public.inbox']))
  })

  test('is dots also in a request that lies in quarantine', async () => {
    const update = { update_id: 900_000_001, odd_kind: { text: `my password is ${secret}` } }
    const account = emulators.get('telegram')!.account() as { readonly webhookSecret: string }
    const response = await fetch(new URL('/hooks/telegram/main', hub.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': account.webhookSecret },
      body: JSON.stringify(update),
    })
    expect(response.status).toBe(200)
    const db: Kysely<any> = hub.connection.db
    const kept = await db.selectFrom('hook_requests').select('body').execute()
    expect(kept.map(({ body }) => Buffer.from(body).toString())).toEqual([
      JSON.stringify({ ...update, odd_kind: { text: `my password is ${MASK}` } }),
    ])
    expect(await tablesWith('Hunter2')).toEqual([])
  })

  test('would be found if it were kept', async () => {
    await sql`insert into hook_requests (channel, account, method, query, headers, body, reasons)
      values ('x', 'x', 'POST', '{}', '{}', ${Buffer.from('Trustno1!')}, '{}')`.execute(hub.connection.db)
    expect(await tablesWith('Trustno1')).toEqual(['public.hook_requests'])
  })
})
