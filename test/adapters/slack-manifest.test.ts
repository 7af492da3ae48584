import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { slack } from '../../adapters/slack/index.ts'
import { manifest } from '../../adapters/slack/manifest.ts'

/**
 * What Slack takes as an app's manifest, as far as ours reaches: https://docs.slack.dev/reference/app-manifest, and the lengths of
 * schemas/manifest.schema.2.0.0.json in https://github.com/slackapi/manifest-schema (c50cfa8). A key that Slack does not know is refused.
 */
const text = (most: number, least = 1) => z.string().min(least).max(most)
const address = (most: number) => text(most).regex(/^https?:\/\//)
const names = (most: number) => z.array(text(50)).max(most).refine(unlike, 'twice the same')
function unlike(list: readonly string[]): boolean {
  return new Set(list).size === list.length
}
const taken = z.strictObject({
  _metadata: z.strictObject({ major_version: z.int(), minor_version: z.int() }).partial(),
  display_information: z.strictObject({
    name: text(35),
    description: text(140).optional(),
    background_color: z
      .string()
      .regex(/^#([0-9a-fA-F]{3}){1,2}$/)
      .optional(),
    long_description: text(4000, 175).optional(),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: text(80), always_online: z.boolean().optional() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: text(32, 2).regex(/^\//),
          url: address(3000).optional(),
          description: text(2000),
          usage_hint: text(1000).optional(),
          should_escape: z.boolean().optional(),
        }),
      )
      .min(1)
      .max(50),
    shortcuts: z
      .array(z.strictObject({ name: text(24), type: z.enum(['message', 'global']), callback_id: text(255), description: text(150) }))
      .min(1)
      .max(10),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: names(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ request_url: address(3500).optional(), bot_events: names(100) }),
    interactivity: z.strictObject({ is_enabled: z.boolean(), request_url: address(3500).optional() }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
})

/** What an event or a feature of ours needs a scope for: https://docs.slack.dev/reference/events and https://docs.slack.dev/reference/scopes */
const needs: { readonly [event: string]: readonly string[] } = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  app_uninstalled: [],
  member_joined_channel: ['channels:read', 'groups:read'],
  member_left_channel: ['channels:read', 'groups:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  'message.mpim': ['mpim:history'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  tokens_revoked: [],
}

/** Slack's own schema for manifests, as it publishes it. */
const published = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
  JSON.parse(readFileSync(new URL('slack-manifest.schema.json', import.meta.url), 'utf8')),
)

const hub = { name: 'Acme Support', publicUrl: 'https://hub.example.org/desk/', account: 'acme' }

describe('the manifest for Slack', () => {
  test.each([
    ['over HTTP', { ...hub, socketMode: false }],
    ['over Socket Mode', { ...hub, socketMode: true }],
    ['with a name that is too long', { ...hub, name: 'The Support Desk of Acme Corporation International' }],
    [
      'with an account and a place as long as they may be',
      { ...hub, account: 'a'.repeat(60), publicUrl: `https://${'hub.'.repeat(50)}example.org` },
    ],
  ])('is taken by Slack %s', (_, options) => {
    expect(z.prettifyError(taken.safeParse(manifest(options)).error ?? new z.ZodError([]))).toBe('')
    published(manifest(options))
    expect(published.errors).toBeNull()
  })

  test('is what the command writes, and JSON', () => {
    const file = slack.manifest!(
      { id: 'acme' as never, config: slack.config.parse({ signingSecret: 'e'.repeat(32), botToken: 'xoxb-1234-abcd' }) },
      hub,
    )
    expect(taken.safeParse(JSON.parse(new TextDecoder().decode(file.bytes))).success).toBe(true)
  })

  test('asks for the scopes of everything that it wants to hear and has', () => {
    const { settings, oauth_config, features } = manifest(hub)
    const scopes = new Set(oauth_config.scopes.bot)
    for (const event of settings.event_subscriptions.bot_events) {
      expect(Object.keys(needs), event).toContain(event)
      for (const scope of needs[event]!) expect(scopes, event).toContain(scope)
    }
    if (features.slash_commands.length + features.shortcuts.length > 0) expect(scopes).toContain('commands')
  })

  test.each([
    ['a key that nobody knows', { ...manifest(hub), webhooks: {} }],
    ['a name too long', { ...manifest(hub), display_information: { name: 'x'.repeat(36) } }],
    [
      'a command without its stroke',
      { ...manifest(hub), features: { ...manifest(hub).features, slash_commands: [{ command: 'support', description: 'x' }] } },
    ],
  ])('would not be taken with %s', (_, wrong) => {
    expect(taken.safeParse(wrong).success).toBe(false)
    expect(published(wrong)).toBe(false)
  })
})
