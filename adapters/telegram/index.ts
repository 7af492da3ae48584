import {
  type Adapter,
  type AdapterDeps,
  type Address,
  defineAdapter,
  type FetchedFile,
  type Health,
  type HookRequest,
  type Json,
  PlatformError,
  type Profile,
  type Verdict,
} from '../../src/channel/index.ts'
import { advised } from '../../src/channel/kit/advised.ts'
import { isSecret } from '../../src/channel/kit/signature.ts'
import { type Api, openApi } from './api.ts'
import { capabilities } from './capabilities.ts'
import { botId, config, type TelegramConfig } from './config.ts'
import { classify, GroupIsBusy, TelegramRefusal } from './errors.ts'
import { listen } from './listen.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { chatOf, revise, send } from './send.ts'
import { allowedUpdates, type Chat, type Payload, type PressRef, type TelegramFileRef, type User, type WireFile } from './wire.ts'

export const telegram = defineAdapter<TelegramConfig>({
  name: 'telegram',
  title: 'Telegram',
  source: 'Telegram',
  capabilities: () => capabilities,
  config,
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const api = openApi(keys)
    const configured = keys.username?.replace(/^@/, '')
    const bot = { id: botId(keys), username: configured }
    let asked = false
    const learn = async (signal?: AbortSignal): Promise<User> => {
      asked = true
      const me = await api.call<User>('getMe', {}, signal)
      bot.username = configured ?? me.username
      return me
    }
    return {
      verify: async (request) => verify(request, keys),
      parse: (request) => parse(request, { account, bot, now: deps.now }),
      render: (contents) => render(contents),
      send: (payload, to, attempt) => {
        if (bot.username === undefined && !asked && isGroup(to)) void learn().catch(() => undefined)
        return alone(to, send({ api, deps }, payload, to, attempt))
      },
      classify,
      check: (signal) => check(api, keys, learn, signal),
      acknowledge: async (event) => {
        const ref = event.ref as PressRef | undefined
        if (event.kind === 'choice' && ref?.callback) await api.call('answerCallbackQuery', { callback_query_id: ref.callback })
      },
      typing: async (to) => {
        await api.call('sendChatAction', { ...chatOf(to), action: 'typing' })
      },
      revise: (payload, to, message, attempt) => alone(to, revise({ api, deps }, payload, to, message, attempt)),
      react: async (to, message, emoji) => {
        const reaction = emoji === '' ? [] : [{ type: 'emoji', emoji }]
        await api.call('setMessageReaction', { chat_id: chatOf(to).chat_id, message_id: Number(message), reaction })
      },
      fetchFile: (ref, signal) => fetchFile(api, deps, ref, signal),
      profile: async (person, _to, signal) => {
        const chat = person.key.replace(/^chat:/, '')
        const { first_name, last_name, title } = await api.call<Chat>('getChat', { chat_id: Number(chat) }, signal)
        const name = [first_name, last_name].filter(Boolean).join(' ') || title
        return { ...(name ? { name } : {}), ...(person.language ? { language: person.language } : {}) } satisfies Profile
      },
      ...(keys.mode === 'polling' ? { listen: (door, report, signal) => listen(api, door, report, signal) } : {}),
      subscribe: (hookUrl) => subscribe(api, keys, hookUrl),
      isGroup,
      close: () => api.close(),
    }
  },
})

/** A group that is too busy holds up no other chat; a private one that is asked to wait tells of the bot's own limit. */
const alone = <Result>(to: Address, call: Promise<Result>): Promise<Result> =>
  call.catch((error: unknown) => {
    throw isGroup(to) && error instanceof TelegramRefusal && error.status === 429
      ? new GroupIsBusy('too many in this group', { cause: error })
      : error
  })

const isGroup = (to: Address) => chatOf(to).chat_id.toString().startsWith('-')

/** Telegram signs nothing: a secret that only it and we know comes with each request. What we polled is ours already. */
function verify(request: HookRequest, keys: TelegramConfig): Verdict {
  if (request.via === 'listen') return { ok: true }
  const given = request.headers['x-telegram-bot-api-secret-token']
  if (isSecret(given, keys.webhookSecret)) return { ok: true }
  return { ok: false, status: 401, reason: given === undefined ? 'The secret token is missing.' : 'The secret token is not ours.' }
}

type WebhookInfo = {
  readonly url: string
  readonly pending_update_count: number
  readonly last_error_date?: number
  readonly last_error_message?: string
}

async function check(api: Api, keys: TelegramConfig, learn: (signal: AbortSignal) => Promise<User>, signal: AbortSignal): Promise<Health> {
  try {
    const me = await learn(signal)
    const hook = await api.call<WebhookInfo>('getWebhookInfo', {}, signal)
    const facts: { [name: string]: Json } = {
      bot: `@${me.username ?? me.id}`,
      readsWholeGroups: me.can_read_all_group_messages === true,
      webhook: hook.url,
      pendingUpdates: hook.pending_update_count,
      ...(hook.last_error_message ? { lastError: hook.last_error_message } : {}),
      ...(hook.last_error_date ? { lastErrorAt: new Date(hook.last_error_date * 1000).toISOString() } : {}),
    }
    return { ok: true, ...advised(`@${me.username ?? me.id} answers.`, adviceOn(hook, keys)), facts }
  } catch (error) {
    const failure = classify(error)
    return { ok: false, detail: failure.detail ?? failure.code, facts: { code: failure.code } }
  }
}

function adviceOn(hook: WebhookInfo, keys: TelegramConfig): string | undefined {
  if (keys.mode === 'webhook' && hook.url === '')
    return 'No webhook is set, so nothing comes in: npm run channel -- connect telegram <account>'
  if (keys.mode === 'polling' && hook.url !== '')
    return 'A webhook is set, so polling is refused: npm run channel -- connect telegram <account>'
  return undefined
}

/** Sets the webhook, or takes it away where the account polls; and the menu of commands. */
async function subscribe(api: Api, keys: TelegramConfig, hookUrl: URL): Promise<void> {
  const [secret] = typeof keys.webhookSecret === 'string' ? [keys.webhookSecret] : (keys.webhookSecret ?? [])
  if (keys.mode === 'polling') await api.call('deleteWebhook', {})
  else if (!secret) throw new PlatformError({ status: 400, code: 'no_secret', message: 'webhookSecret is needed to set a webhook' })
  else await api.call('setWebhook', { url: hookUrl.href, secret_token: secret, allowed_updates: allowedUpdates, max_connections: 100 })
  const commands = [
    { command: 'start', description: 'Begin, or see what can be done here' },
    { command: 'help', description: 'What can be done here' },
  ]
  await api.call('setMyCommands', { commands })
}

/** At most 20 MB: Telegram gives bots no more. https://core.telegram.org/bots/api#getfile */
async function fetchFile(api: Api, deps: AdapterDeps, ref: Json, signal: AbortSignal): Promise<FetchedFile> {
  const { fileId, mime, name } = ref as TelegramFileRef
  const { file_path } = await api.call<WireFile & { readonly file_path?: string }>('getFile', { file_id: fileId }, signal)
  if (!file_path) throw new PlatformError({ status: 400, code: '400', message: 'wrong file identifier: no path' })
  const answer = await deps.fetch(api.fileUrl(file_path), { signal, redirect: 'error' })
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel()
    throw new PlatformError({ status: answer.status, code: String(answer.status), message: 'the file could not be read' })
  }
  const told = answer.headers.get('content-type')?.split(';')[0]
  const known = mime ?? (told && told !== 'application/octet-stream' ? told : undefined)
  return { mime: known ?? 'application/octet-stream', ...(name ? { name } : {}), body: answer.body }
}
