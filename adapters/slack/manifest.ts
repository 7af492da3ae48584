/** What the bot may do; each is needed by something in this folder. https://docs.slack.dev/reference/scopes */
export const botScopes: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'reactions:read',
  'reactions:write',
  'users:read',
  'users:read.email',
]

const botEvents = [
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'member_joined_channel',
  'member_left_channel',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
  'reaction_added',
  'reaction_removed',
  'tokens_revoked',
]

export type ManifestOptions = {
  /** What people read; cut to Slack's 35 characters. */
  readonly name: string
  /** The hub's public address, without a slash at its end. */
  readonly publicUrl: string
  /** The account's name in hub.yaml. */
  readonly account: string
  readonly socketMode?: boolean
}

/**
 * An app as Slack's page "From a manifest" takes it (JSON); https://docs.slack.dev/reference/app-manifest. With Socket Mode nothing
 * names the hub's address.
 */
export function manifest({ name, publicUrl, account, socketMode = false }: ManifestOptions) {
  const request = `${publicUrl.replace(/\/+$/, '')}/hooks/slack/${account}`
  const here = socketMode ? {} : { request_url: request }
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: cut(name, 35),
      description: cut(`Ask ${name} for help, right here.`, 140),
      background_color: '#1f4b6e',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: cut(name, 80), always_online: true },
      slash_commands: [
        {
          command: '/support',
          ...(socketMode ? {} : { url: request }),
          description: 'Ask support',
          usage_hint: 'what you need',
          should_escape: true,
        },
      ],
      shortcuts: [
        { name: 'Ask support', type: 'global', callback_id: 'ask_support', description: 'Write to support' },
        { name: 'Ask support', type: 'message', callback_id: 'ask_support_message', description: 'Ask support about this message' },
      ],
    },
    oauth_config: { scopes: { bot: [...botScopes] } },
    settings: {
      event_subscriptions: { ...here, bot_events: botEvents },
      interactivity: { is_enabled: true, ...here },
      org_deploy_enabled: false,
      socket_mode_enabled: socketMode,
      token_rotation_enabled: false,
    },
  }
}

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)
