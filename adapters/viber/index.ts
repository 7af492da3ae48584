import {
  type Adapter,
  defineAdapter,
  type Health,
  type HookReply,
  type HookRequest,
  type InboundEvent,
  type Json,
  type Profile,
  type Verdict,
} from '../../src/channel/index.ts'
import { advised } from '../../src/channel/kit/advised.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import { isSigned } from '../../src/channel/kit/signature.ts'
import { type Api, openApi } from './api.ts'
import { capabilities } from './capabilities.ts'
import { config, type ViberConfig } from './config.ts'
import { classify } from './errors.ts'
import { fetchFile } from './media.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { send, senderOf } from './send.ts'
import type { ApiAnswer, Payload } from './wire.ts'

/** What we ask Viber to tell; messages come without asking. */
const eventTypes = ['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started']

export const viber = defineAdapter<ViberConfig>({
  name: 'viber',
  title: 'Viber',
  source: 'Viber',
  capabilities: () => capabilities,
  config,
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const api = openApi(keys)
    return {
      verify: async (request) => verify(request, keys),
      parse: (request) => parse(request, account),
      render: (contents) => render(contents),
      send: (payload, to, attempt) => send({ api, deps, keys }, payload, to, attempt),
      classify,
      check: (signal) => check(api, signal),
      fetchFile: (ref, signal) => fetchFile(deps, keys, ref, signal),
      respond: (event, payloads) => welcome(keys, event, payloads),
      profile: async (person, _to, signal) => profileOf(await api.call('get_user_details', { id: person.key }, signal)),
      subscribe: async (hookUrl) => {
        await api.call('set_webhook', { url: hookUrl.href, event_types: eventTypes, send_name: true, send_photo: true })
      },
      close: () => api.close(),
    }
  },
})

/** Hex of HMAC-SHA256 over the bytes as they came, in the header or, as Viber's own library has it, as `sig`. */
function verify(request: HookRequest, keys: ViberConfig): Verdict {
  const given = request.headers['x-viber-content-signature'] ?? request.query.sig
  const by = { algorithm: 'sha256', secrets: keys.authToken, data: request.body, encoding: 'hex' } as const
  if (request.via === 'hook' && isSigned(given, by)) return { ok: true }
  const reason = given === undefined ? 'X-Viber-Content-Signature is missing.' : 'X-Viber-Content-Signature does not fit.'
  return { ok: false, status: 401, reason }
}

/** One message in the answer to conversation_started; no other way leads to somebody who has not written yet. A file would have to be linked first. */
function welcome(
  keys: ViberConfig,
  event: InboundEvent,
  payloads: readonly Payload[],
): { readonly reply: HookReply; readonly covers: number } | undefined {
  const [first] = payloads
  if (!event.sync || !first || first.file) return undefined
  const body = JSON.stringify({ sender: senderOf(keys), ...first.message })
  return { reply: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body }, covers: 1 }
}

async function check(api: Api, signal: AbortSignal): Promise<Health> {
  try {
    const info = await api.call('get_account_info', {}, signal)
    const name = textIn(info.name) ?? 'The bot'
    const webhook = textIn(info.webhook) ?? ''
    const facts: { [name: string]: Json } = {
      bot: name,
      uri: textIn(info.uri) ?? '',
      webhook,
      eventTypes: listIn(info.event_types).map(String),
      ...(typeof info.subscribers_count === 'number' ? { subscribers: info.subscribers_count } : {}),
      unansweredPerHour: 100,
    }
    const missing = eventTypes.filter((type) => !listIn(info.event_types).includes(type))
    return { ok: true, ...advised(`${name} answers.`, adviceOn(webhook, missing)), facts }
  } catch (error) {
    const failure = classify(error)
    return { ok: false, detail: failure.detail ?? failure.code, facts: { code: failure.code } }
  }
}

function adviceOn(webhook: string, missing: readonly string[]): string | undefined {
  const again = 'npm run channel -- connect viber <account>'
  if (webhook === '') return `No webhook is set, so nothing comes in and nothing can be sent: ${again}`
  return missing.length === 0 ? undefined : `The webhook is not told of ${missing.join(', ')}: ${again}`
}

/** Twice in twelve hours for one person; Viber refuses more with status 12. */
function profileOf(answer: ApiAnswer): Profile {
  const user = objectIn(answer.user)
  const [name, picture, language] = [textIn(user.name), textIn(user.avatar), textIn(user.language)]
  return { ...(name ? { name } : {}), ...(picture ? { picture } : {}), ...(language ? { language } : {}) }
}
