import {
  type Adapter,
  type Address,
  defineAdapter,
  type Health,
  type HookRequest,
  type Json,
  type Person,
  type PlatformMessageId,
  type Profile,
  type Verdict,
} from '../../src/channel/index.ts'
import { isSigned } from '../../src/channel/kit/signature.ts'
import { type Api, openApi } from './api.ts'
import { capabilities } from './capabilities.ts'
import { config, type SlackConfig } from './config.ts'
import { nameOfEmoji } from './emoji.ts'
import { classify, SlackRefusal } from './errors.ts'
import { fetchFile } from './files.ts'
import { listen } from './listen.ts'
import { botScopes, manifest } from './manifest.ts'
import { isProbe, parse } from './parse.ts'
import { homeView, render } from './render.ts'
import { placeOf, revise, send, showSubmitted } from './send.ts'
import type { Payload } from './wire.ts'

type Me = {
  readonly user_id: string
  readonly user: string
  readonly team: string
  readonly team_id: string
  readonly scopes?: string
}

export const slack = defineAdapter<SlackConfig>({
  name: 'slack',
  title: 'Slack',
  source: 'Slack',
  capabilities: () => capabilities,
  config,
  manifest: ({ id: account, config: keys }, { name, publicUrl }) => ({
    fileName: `slack-${account}-manifest.json`,
    bytes: new TextEncoder().encode(
      `${JSON.stringify(manifest({ name, publicUrl, account, socketMode: keys?.mode === 'socket' }), null, 2)}\n`,
    ),
    advice: 'On https://api.slack.com/apps: Create New App, From a manifest, JSON; or App Manifest of the app that is there.',
  }),
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const api = openApi(keys, deps.now)
    const threads = makeThreads()
    let known: Promise<Me> | undefined
    const me = (signal?: AbortSignal): Promise<Me> => {
      known ??= api.call<Me>('auth.test', {}, signal)
      known.catch(() => {
        known = undefined
      })
      return known
    }
    const sending = { api, deps, keys, sentIn: threads.note }
    /** Forms that are being shown as sent: what the hub makes of them then comes after that. */
    const settling = new Map<string, Promise<void>>()
    let showsStatus = true
    return {
      verify: async (request) => verify(request, keys, deps.now()),
      parse: (request) => parse(request, { account, now: deps.now, threadOf: threads.rootOf }),
      render: (contents) => render(contents),
      send: (payload, to, attempt) => send(sending, payload, to, attempt),
      classify,
      check: (signal) => check(api, keys, signal),
      typing: async (to) => {
        const { channel, thread } = placeOf(to)
        if (thread === undefined || !showsStatus) return
        try {
          await api.call('assistant.threads.setStatus', { channel_id: channel, thread_ts: thread, status: 'is typing…' })
        } catch (error) {
          if (error instanceof SlackRefusal && classify(error).kind === 'unauthorized') showsStatus = false
          throw error
        }
      },
      acknowledge: async (event) => {
        if (event.kind !== 'choice' || event.ref === undefined || event.message === undefined) return
        const shown = showSubmitted(api, event)
        settling.set(event.message, shown)
        await shown.finally(() => settling.delete(event.message!))
      },
      revise: async (payload, to, message, attempt) => {
        await settling.get(message)?.catch(() => undefined)
        return revise(sending, payload, to, message, attempt)
      },
      react: (to, message, emoji) => react(api, me, to, message, emoji),
      fetchFile: (ref, signal) => fetchFile(api, keys, deps, ref, signal),
      profile: (person, _to, signal) => profile(api, me, person, signal),
      home: async (person, view) => {
        await api.call('views.publish', { user_id: person.key, view: homeView(view) })
      },
      ...(keys.mode === 'socket' ? { listen: (door, report, signal) => listen(keys, door, report, signal) } : {}),
      isGroup,
      close: () => api.close(),
    }
  },
})

/** A direct message is named by its person, a thread of a channel by both. */
const isGroup = (to: Address): boolean => to.conversation.includes('/')

/** Slack's clock and ours may differ by so much; https://docs.slack.dev/authentication/verifying-requests-from-slack */
const maxSkewSeconds = 300

/** Signed over time and bytes. What came over our own socket is Slack's already. */
function verify(request: HookRequest, keys: SlackConfig, now: Date): Verdict {
  if (request.via === 'listen' || isProbe(request)) return { ok: true }
  const stamp = request.headers['x-slack-request-timestamp']
  const signature = request.headers['x-slack-signature']
  if (stamp === undefined || signature === undefined) return refuse('The signature is missing.')
  if (!/^\d{1,12}$/.test(stamp)) return refuse('The time of the signature is no time.')
  const isOurs = isSigned(signature, {
    algorithm: 'sha256',
    secrets: keys.signingSecret,
    data: [`v0:${stamp}:`, request.body],
    encoding: 'hex',
    prefix: 'v0=',
  })
  if (!isOurs) return refuse('The signature is not made with our signing secret.')
  const skew = Number(stamp) - Math.floor(now.getTime() / 1000)
  if (Math.abs(skew) > maxSkewSeconds) return refuse(skew < 0 ? 'The request is too old.' : 'The request comes from the future.')
  return { ok: true }
}
const refuse = (reason: string): Verdict => ({ ok: false, status: 401, reason })

/** Slack names the thread of a message nearly everywhere, but not with a reaction: the newest of our own messages are kept in mind. */
function makeThreads() {
  const roots = new Map<string, string>()
  const most = 10_000
  return {
    note(channel: string, ts: string, root: string) {
      roots.set(`${channel}:${ts}`, root)
      if (roots.size > most) roots.delete(roots.keys().next().value!)
    },
    rootOf: (channel: string, ts: string) => roots.get(`${channel}:${ts}`),
  }
}

async function check(api: Api, keys: SlackConfig, signal: AbortSignal): Promise<Health> {
  try {
    const { user, team, team_id, user_id, scopes } = await api.call<Me>('auth.test', {}, signal)
    const granted = scopes?.split(',').map((scope) => scope.trim())
    const missing = granted ? botScopes.filter((scope) => !granted.includes(scope)) : []
    const facts: { [name: string]: Json } = {
      bot: user,
      botUser: user_id,
      workspace: team,
      team: team_id,
      mode: keys.mode,
      missingScopes: missing,
    }
    if (missing.length > 0)
      return {
        ok: false,
        detail: `@${user} answers in ${team}, but its token lacks scopes: ${missing.join(', ')}. Install the app again.`,
        facts,
      }
    if (keys.mode === 'socket') await checkSocket(keys, signal)
    return { ok: true, detail: `@${user} answers in ${team}.`, facts }
  } catch (error) {
    const failure = classify(error)
    return { ok: false, detail: failure.detail ?? failure.code, facts: { code: failure.code } }
  }
}

/** A ticket for a connection that nobody opens costs nothing and shows that the app-level token is good. */
async function checkSocket(keys: SlackConfig, signal: AbortSignal): Promise<void> {
  const api = openApi(keys, () => new Date(), keys.appToken)
  try {
    await api.call('apps.connections.open', {}, signal)
  } finally {
    await api.close()
  }
}

type Reacted = { readonly message?: { readonly reactions?: readonly { readonly name: string; readonly users?: readonly string[] }[] } }

/** There is one reaction of ours at most: those that stand there are taken away, the new one comes first. */
async function react(api: Api, me: () => Promise<Me>, to: Address, timestamp: PlatformMessageId, emoji: string): Promise<void> {
  const at = { channel: placeOf(to).channel, timestamp }
  const wanted = emoji === '' ? undefined : nameOfEmoji(emoji)
  if (emoji !== '' && wanted === undefined) throw new SlackRefusal({ method: 'reactions.add', status: 200, code: 'invalid_name' })
  const { user_id } = await me()
  const { message } = await api.call<Reacted>('reactions.get', { ...at, full: true })
  const ours = (message?.reactions ?? []).filter(({ users }) => users?.includes(user_id)).map(({ name }) => name)
  if (wanted !== undefined && !ours.includes(wanted)) await api.call('reactions.add', { ...at, name: wanted })
  for (const name of ours) if (name !== wanted) await api.call('reactions.remove', { ...at, name })
}

type UserInfo = {
  readonly user: {
    readonly real_name?: string
    readonly locale?: string
    readonly is_email_confirmed?: boolean
    readonly is_stranger?: boolean
    readonly team_id?: string
    /** In an Enterprise organisation a person belongs to several workspaces. */
    readonly enterprise_user?: { readonly teams?: readonly string[] }
    readonly profile?: {
      readonly real_name?: string
      readonly display_name?: string
      readonly email?: string
      readonly image_192?: string
      readonly image_72?: string
    }
  }
}

/**
 * The workspace vouches for an address that it has seen confirmed, of its own people alone: somebody of another organisation in a shared
 * channel has the address that their own admin gave them, and is no `is_stranger` there. https://docs.slack.dev/reference/objects/user-object
 */
async function profile(api: Api, me: () => Promise<Me>, person: Person, signal: AbortSignal): Promise<Profile> {
  const { user } = await api.call<UserInfo>('users.info', { user: person.key, include_locale: true }, signal)
  const { profile: told = {} } = user
  const name = told.real_name || user.real_name || told.display_name
  const isOurs = async () => {
    const { team_id } = await me()
    return user.is_stranger !== true && (user.team_id === team_id || user.enterprise_user?.teams?.includes(team_id) === true)
  }
  const picture = told.image_192 ?? told.image_72
  return {
    ...(name ? { name } : {}),
    ...(told.email ? { email: told.email, emailVouched: user.is_email_confirmed === true && (await isOurs()) } : {}),
    ...(picture ? { picture } : {}),
    ...(user.locale ? { language: user.locale } : {}),
  }
}
