import { createHash } from 'node:crypto'
import { type AccountId, type AdapterDeps, type Address, type Attempt, id, type Receipt } from '../../src/channel/index.ts'
import { ForeignAnswer, NotPrepared } from '../../src/channel/kit/classify.ts'
import { NetworkError } from '../../src/channel/kit/http.ts'
import type { Api } from './api.ts'
import { LineRefusal, Unanswered } from './errors.ts'
import type { Picked, ReplyTokens } from './reply-tokens.ts'
import type { LineMessage, Payload, PayloadFile, ReplyTo, Sent } from './wire.ts'

type Context = {
  readonly api: Api
  readonly deps: AdapterDeps
  readonly account: AccountId
  readonly tokens: ReplyTokens
  /** The official account's picture, for media that need a preview. */
  readonly picture: (signal: AbortSignal) => Promise<string | undefined>
}

/** LINE's apps fetch media when they are looked at. */
const linkSeconds = 7 * 86_400
const longestUrl = 2_000

/** An answer with a reply token first: it is free, and so quick. Then, or where there is none left, a push with its retry key. */
export async function send(context: Context, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const { api, deps, account, tokens } = context
  const address = to.reply as ReplyTo
  const messages = await withLinks(context, payload, attempt.signal)
  const picked = tokens.pick(address, attempt.idempotencyKey)
  const receiptOf = ({ sentMessages = [] }: Sent): Receipt => ({
    messages: sentMessages.map((sent) => id(sent.id)),
    at: deps.now().toISOString(),
    ...(picked !== undefined && picked.token === address.token ? { reply: { to: address.to, kind: address.kind } satisfies ReplyTo } : {}),
  })
  const answered = picked && (await reply(context, picked, messages, attempt))
  if (answered) return receiptOf(answered)
  const retryKey = uuidOf([account, attempt.idempotencyKey, JSON.stringify(payload)].join('\n'))
  try {
    const body = { to: address.to, messages }
    return receiptOf(await api.call<Sent>('POST', 'v2/bot/message/push', { body, retryKey, signal: attempt.signal }))
  } catch (error) {
    throw mayHaveArrived(error) ? new Unanswered('push', { cause: error }) : error
  }
}

/** Undefined where the token is no good any more and nothing was sent by it. */
async function reply(
  { api, tokens }: Context,
  { token, retried }: Picked,
  messages: readonly LineMessage[],
  { idempotencyKey, signal }: Attempt,
): Promise<Sent | undefined> {
  try {
    const sent = await api.call<Sent>('POST', 'v2/bot/message/reply', { body: { replyToken: token, messages }, signal })
    tokens.spend(token, idempotencyKey)
    return sent
  } catch (error) {
    if (error instanceof LineRefusal && error.status === 400 && /invalid reply token/i.test(error.message)) {
      tokens.spend(token, idempotencyKey)
      if (!retried) return undefined
      throw new Unanswered('reply')
    }
    const arrived = mayHaveArrived(error)
    if (arrived || (error instanceof LineRefusal && error.status >= 500)) tokens.lose(token, idempotencyKey)
    throw arrived ? new Unanswered('reply', { cause: error }) : error
  }
}

const mayHaveArrived = (error: unknown): boolean =>
  (error instanceof NetworkError && error.sent) || (error instanceof ForeignAnswer && (error.status === 504 || error.status < 400))

/** The same words, the same UUID (version 8, of our own making: RFC 9562). */
export function uuidOf(words: string): string {
  const bytes = createHash('sha256').update(words).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Puts in the links to the hub's files. What LINE cannot show after all goes as its address. */
async function withLinks(
  { deps, picture }: Context,
  { messages, files = [] }: Payload,
  signal: AbortSignal,
): Promise<readonly LineMessage[]> {
  const links = await Promise.all(
    files.map(({ file }) =>
      deps.files.link(file, linkSeconds).catch((cause) => {
        throw new NotPrepared('the file could not be linked', { cause })
      }),
    ),
  )
  const linked = messages.map((message, index): LineMessage => {
    const at = files.findIndex((file) => file.message === index)
    return at === -1 ? message : withLink(message, files[at]!, links[at]!)
  })
  if (!linked.some(wantsPreview)) return linked
  const preview = await picture(signal)
  return linked.map((message) => (wantsPreview(message) ? withPreview(message, preview) : message))
}

function withLink(message: LineMessage, { into, large, name }: PayloadFile, link: string): LineMessage {
  if (into === 'hero') {
    const contents = message.contents as { readonly hero: object }
    return { ...message, contents: { ...contents, hero: { ...contents.hero, url: link } } as LineMessage['contents'] }
  }
  if (link.length > longestUrl) return { type: 'text', text: [name, link].filter(Boolean).join('\n') }
  const preview = message.type === 'image' ? { previewImageUrl: large ? '' : link } : {}
  return { ...message, originalContentUrl: link, ...preview }
}

const wantsPreview = ({ type, previewImageUrl }: LineMessage): boolean => (type === 'video' || type === 'image') && previewImageUrl === ''

function withPreview(message: LineMessage, preview: string | undefined): LineMessage {
  const url = String(message.originalContentUrl)
  if (preview !== undefined) return { ...message, previewImageUrl: preview }
  return message.type === 'image' ? { ...message, previewImageUrl: url } : { type: 'text', text: url }
}
