import { startEmulator as line } from '../../adapters/line/emulator.ts'
import { startEmulator as messenger } from '../../adapters/messenger/emulator.ts'
import { startEmulator as slack } from '../../adapters/slack/emulator.ts'
import { startEmulator as teams } from '../../adapters/teams/emulator.ts'
import { startEmulator as telegram } from '../../adapters/telegram/emulator.ts'
import { startEmulator as viber } from '../../adapters/viber/emulator.ts'
import { startEmulator as whatsapp } from '../../adapters/whatsapp/emulator.ts'
import type { Account } from '../../config/accounts.ts'
import { pointAt } from '../../config/accounts.ts'
import type { Emulator, EmulatorOptions } from '../channel/emulator.ts'
import type { PlaygroundView } from '../http/api-types.ts'

/** The platforms that can be played on this machine; one line each. */
const emulators: { readonly [channel: string]: (options: EmulatorOptions) => Promise<Emulator> } = {
  line,
  messenger,
  slack,
  teams,
  telegram,
  viber,
  whatsapp,
}

/** Starts an emulator for each account whose addresses say `playground`, and points the account at it. */
export async function startPlayground(accounts: readonly Account[]) {
  const running: { readonly account: Account; readonly emulator: Emulator }[] = []
  const pointed: Account[] = []
  for (const account of accounts) {
    const start = account.playground.length > 0 ? emulators[account.channel] : undefined
    if (!start) {
      pointed.push(account)
      continue
    }
    const emulator = await start({})
    const keys = emulator.account()
    pointed.push(pointAt(account, (key) => String([keys[key] ?? emulator.url].flat()[0])))
    running.push({ account, emulator })
  }
  return {
    accounts: pointed,
    emulators: running.map(({ account, emulator }): PlaygroundView['emulators'][number] => ({
      channel: account.channel,
      title: account.definition.title,
      account: account.account,
      url: emulator.url,
    })),
    /** Sends the platforms' webhooks to the hub that listens at `hubUrl`. */
    async connect(hubUrl: string): Promise<void> {
      for (const { account, emulator } of running) await emulator.connect(new URL(`/hooks/${account.channel}/${account.account}`, hubUrl))
    },
    async close(): Promise<void> {
      await Promise.all(running.map(({ emulator }) => emulator.close()))
    },
  }
}
