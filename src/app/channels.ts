import type { Logger } from 'pino'
import type { Account } from '../../config/accounts.ts'
import type { Settings } from '../../config/schema.ts'
import type { AdapterDeps } from '../channel/index.ts'
import type { Channel, Channels } from '../pipeline/ports.ts'
import type { FileStore } from '../store/file-store.ts'

type ChannelNeeds = {
  readonly settings: Settings
  readonly guestSecret: string
  readonly files: FileStore
  readonly log: Logger
  readonly publish: AdapterDeps['live']['publish']
  readonly now: () => Date
}

/** The accounts, ready to use. Our own channel's tokens are signed with the hub's secret and its files follow the hub's limit. */
export function openChannels(accounts: readonly Account[], { settings, guestSecret, files, log, publish, now }: ChannelNeeds): Channels {
  const open = new Map<string, Channel>()
  for (const { channel, account, definition, keys, config, onUncertain } of accounts) {
    const whole =
      definition.source === null
        ? definition.config.parse({ tokenSecret: guestSecret, maxFileBytes: settings.attachments.maxBytes, ...keys })
        : config
    const adapter = definition.create(
      { id: account, config: whole },
      { fetch: globalThis.fetch, now, log: log.child({ channel, account }), files: files.forAccount(channel, account), live: { publish } },
    )
    open.set(`${channel}/${account}`, { definition, account, adapter, can: definition.capabilities(whole), onUncertain })
  }
  const all = [...open.values()]
  return { get: (channel, account) => open.get(`${channel}/${account}`), all: () => all }
}

/** Other sites whose pages may use the hub's own chat. */
export const originsOf = (accounts: readonly Account[]): readonly string[] =>
  accounts.flatMap(({ definition, config }) =>
    definition.source === null ? ((config as { readonly allowedOrigins?: readonly string[] }).allowedOrigins ?? []) : [],
  )
