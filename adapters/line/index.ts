import {
  type Adapter,
  type AdapterDeps,
  type Address,
  defineAdapter,
  type HookRequest,
  type InboundEvent,
  type Person,
  type Profile,
  type Verdict,
} from '../../src/channel/index.ts'
import { isSigned } from '../../src/channel/kit/signature.ts'
import { type Api, openApi } from './api.ts'
import { capabilities } from './capabilities.ts'
import { config, type LineConfig } from './config.ts'
import { classify, LineRefusal } from './errors.ts'
import { check } from './health.ts'
import { fetchFile } from './media.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { makeReplyTokens } from './reply-tokens.ts'
import { send } from './send.ts'
import type { BotInfo, LineProfile, Payload, ReadRef, ReplyTo } from './wire.ts'

/** "a multiple of 5 … maximum 60"; it ends with our message: https://developers.line.biz/en/docs/messaging-api/use-loading-indicator/ */
const loadingSeconds = 20

export const line = defineAdapter<LineConfig>({
  name: 'line',
  title: 'LINE',
  source: 'LINE',
  capabilities: () => capabilities,
  config,
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const api = openApi(keys)
    const tokens = makeReplyTokens(deps.now)
    let info: BotInfo | undefined
    const learn = async (signal: AbortSignal): Promise<BotInfo> => {
      info = await api.call<BotInfo>('GET', 'v2/bot/info', { signal })
      return info
    }
    const picture = async (signal: AbortSignal) => (info ?? (await learn(signal).catch(() => undefined)))?.pictureUrl
    const markRead = makeMarkRead(api, deps)
    return {
      verify: async (request) => verify(request, keys),
      parse: (request) => parse(request, account),
      render: (contents) => render(contents),
      send: (payload, to, attempt) => send({ api, deps, account, tokens, picture }, payload, to, attempt),
      classify,
      check: (signal) => check(api, learn, signal),
      acknowledge: async (event) => {
        if (event.from.reply !== undefined) tokens.hear(event.from.reply as ReplyTo)
        await markRead(event)
      },
      typing: async (to) => {
        const { to: chatId, kind } = to.reply as ReplyTo
        if (kind === 'user') await api.call('POST', 'v2/bot/chat/loading/start', { body: { chatId, loadingSeconds } })
      },
      fetchFile: (ref, signal) => fetchFile({ api, keys, deps }, ref, signal),
      profile: (person, to, signal) => profile(api, person, to, signal),
      subscribe: (hookUrl) => subscribe(api, deps, hookUrl),
      isGroup: (to) => !to.conversation.startsWith('U'),
      close: () => api.close(),
    }
  },
})

/** Base64 of HMAC-SHA256 over the bytes as they came: https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/ */
function verify(request: HookRequest, keys: LineConfig): Verdict {
  const given = request.headers['x-line-signature']
  const by = { algorithm: 'sha256', secrets: keys.channelSecret, data: request.body, encoding: 'base64' } as const
  if (request.via === 'hook' && isSigned(given, by)) return { ok: true }
  return { ok: false, status: 401, reason: given === undefined ? 'X-Line-Signature is missing.' : 'X-Line-Signature does not fit.' }
}

/** Only where Chat is on in the Response settings; without it LINE marks all as read itself: https://developers.line.biz/en/docs/messaging-api/mark-as-read/ */
function makeMarkRead(api: Api, deps: AdapterDeps) {
  let isOff = false
  return async (event: InboundEvent): Promise<void> => {
    const ref = event.ref as ReadRef | undefined
    if (isOff || event.kind !== 'message' || !ref?.read) return
    try {
      await api.call('POST', 'v2/bot/chat/markAsRead', { body: { markAsReadToken: ref.read } })
    } catch (error) {
      if (!(error instanceof LineRefusal) || error.status !== 403) throw error
      isOff = true
      deps.log.info({ channel: 'line', failure: classify(error) }, 'this official account does not let us mark messages as read')
    }
  }
}

/** Whom LINE tells nothing of (no friend, no consent, blocked) has no profile. */
async function profile(api: Api, person: Person, to: Address, signal: AbortSignal): Promise<Profile> {
  const { to: chat, kind } = to.reply as ReplyTo
  if (person.key.startsWith('someone:')) return {}
  const user = encodeURIComponent(person.key)
  const path = kind === 'user' ? `v2/bot/profile/${user}` : `v2/bot/${kind}/${encodeURIComponent(chat)}/member/${user}`
  try {
    const { displayName, pictureUrl, language } = await api.call<LineProfile>('GET', path, { signal })
    return {
      ...(displayName ? { name: displayName } : {}),
      ...(pictureUrl ? { picture: pictureUrl } : {}),
      ...(language ? { language } : {}),
    }
  } catch (error) {
    if (error instanceof LineRefusal && error.status === 404) return {}
    throw error
  }
}

/** LINE takes up to a minute to use a new address; whether it uses any is a switch in its console that no call can turn. */
async function subscribe(api: Api, deps: AdapterDeps, hookUrl: URL): Promise<void> {
  const path = 'v2/bot/channel/webhook/endpoint'
  await api.call('PUT', path, { body: { endpoint: hookUrl.href } })
  const { active } = await api.call<{ readonly active: boolean }>('GET', path)
  if (!active) deps.log.warn({ channel: 'line' }, 'the address is set, but Use webhook is off: LINE Developers Console, Messaging API tab')
}
