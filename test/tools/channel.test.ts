import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../../adapters/telegram/emulator.ts'
import { childEnvironment } from '../../config/environment.ts'
import type { Emulator } from '../../src/channel/emulator.ts'

const root = new URL('../..', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'switchboard-channel-tool-'))
const file = join(folder, 'hub.yaml')
let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
  const refused = { channel: 'telegram', account: 'refused', ...emulator.refusedAccount() }
  const slack = {
    channel: 'slack',
    account: 'acme',
    signingSecret: '0'.repeat(32),
    botToken: `xoxb-${'1'.repeat(20)}`,
    apiUrl: 'http://127.0.0.1:9/',
  }
  const channels = [{ channel: 'telegram', account: 'main', ...emulator.account() }, refused, slack]
  writeFileSync(file, JSON.stringify({ hub: { publicUrl: 'https://hub.example.org/desk' }, channels }))
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true })
})

/** Runs the tool as `npm run channel -- …` does, in a folder of its own. */
function channel(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return channelOf(file, words)
}
function channelOf(hubConfig: string, words: readonly string[]): ReturnType<typeof channel> {
  const options = { cwd: folder, env: childEnvironment({ HUB_CONFIG: hubConfig }) }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'src/tools/channel.ts'), ...words],
      options,
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

describe('npm run channel', () => {
  test('lists the accounts with the addresses of their webhooks', async () => {
    const { code, out } = await channel('list')
    expect(out).toContain('telegram/main  https://hub.example.org/desk/hooks/telegram/main')
    expect(code).toBe(0)
  })

  test('points the platform’s webhook at the hub', async () => {
    const { code, out } = await channel('connect', 'telegram', 'main')
    expect(out).toContain('Telegram sends to https://hub.example.org/desk/hooks/telegram/main now.')
    expect(emulator.record.calls.map(({ method, status }) => [method, status])).toContainEqual(['setWebhook', 200])
    expect(code).toBe(0)
  })

  test('says why the platform did not take it, and no secret', async () => {
    const { code, err } = await channel('connect', 'telegram', 'refused')
    expect(err).toMatch(
      /^Telegram did not take https:\/\/hub\.example\.org\/desk\/hooks\/telegram\/refused: Telegram does not know the token/,
    )
    expect(err).not.toContain(String(emulator.refusedAccount().botToken))
    expect(code).toBe(1)
  })

  test('names the accounts there are, where one is asked for that is not there', async () => {
    expect(await channel('connect', 'telegram', 'mian')).toMatchObject({ code: 1, err: expect.stringContaining('It has: telegram main') })
  })

  test('makes no channel where there is one already, and tells its usage to whoever says nothing', async () => {
    expect(await channel('new', 'telegram')).toMatchObject({ code: 1, err: expect.stringContaining('there already') })
    expect(await channel()).toMatchObject({ code: 1, err: expect.stringContaining('npm run channel -- connect') })
  })

  test('writes the manifest that Slack wants, with the hub’s own address and no secret', async () => {
    const { code, out } = await channel('manifest', 'slack', 'acme')
    expect([code, out]).toEqual([0, expect.stringContaining('slack-acme-manifest.json is written')])
    const text = readFileSync(join(folder, 'slack-acme-manifest.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      settings: { interactivity: { request_url: 'https://hub.example.org/desk/hooks/slack/acme' } },
    })
    expect(text).not.toContain('xoxb')
  })

  test('writes a manifest for an account that is not registered yet, because its tokens come from there', async () => {
    const { code } = await channel('manifest', 'slack', 'new', 'https://soon.example.org')
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'slack-new-manifest.json'), 'utf8')).toContain('https://soon.example.org/hooks/slack/new')
  })

  test('says what is wrong with the configuration where a manifest needs the account that is in it', async () => {
    const broken = join(folder, 'broken.yaml')
    const teams = { channel: 'teams', account: 'main', appId: 'not an id' }
    writeFileSync(broken, JSON.stringify({ hub: { publicUrl: 'https://hub.example.org' }, channels: [teams] }))
    const { code, err } = await channelOf(broken, ['manifest', 'teams', 'main', 'https://hub.example.org'])
    expect([code, err]).toEqual([1, expect.stringMatching(/Register the account first[\s\S]*channels\[0\]\.appId/)])
  })

  test('says where a channel has no manifest', async () => {
    const { code, err } = await channel('manifest', 'telegram', 'main')
    expect([code, err]).toEqual([1, expect.stringContaining('Telegram has no manifest')])
  })
})
