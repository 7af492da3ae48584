import {
  type AdapterDeps,
  type Address,
  type Attempt,
  type FetchedFile,
  type FileId,
  type InboundEvent,
  id,
  type Json,
  PlatformError,
  type PlatformMessageId,
  type Receipt,
} from '../../src/channel/index.ts'
import { NotPrepared } from '../../src/channel/kit/classify.ts'
import { NetworkError } from '../../src/channel/kit/http.ts'
import { resultCard } from './cards.ts'
import type { TeamsConfig } from './config.ts'
import type { Connector } from './connector.ts'
import { TeamsRefusal } from './errors.ts'
import { pressedOf } from './invoke.ts'
import { consentCard } from './render.ts'
import { isAllowed } from './service-urls.ts'
import { adaptiveCard, type Payload, type ReplyTo, type StoredPart } from './wire.ts'

export type Context = { readonly keys: TeamsConfig; readonly connector: Connector; readonly deps: AdapterDeps }
type Resource = { readonly id?: unknown }

export const replyOf = (to: Address): ReplyTo => to.reply as ReplyTo
export const conversationPath = ({ conversation }: ReplyTo): string => `conversations/${encodeURIComponent(conversation)}`

/** How long a link to a file of ours is good: as long as somebody may take to read a chat. */
const linkSeconds = 7 * 24 * 3600

export async function send(context: Context, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const { signal } = attempt
  if (signal.aborted) throw new NetworkError('ABORTED', false)
  const activity = await prepared(context, payload)
  return atHost(context, to, async (reply) => {
    const body = framed(activity, reply)
    const sent = await context.connector.call<Resource>(reply.serviceUrl, {
      method: 'POST',
      path: `${conversationPath(reply)}/activities`,
      body,
      signal,
    })
    return { messages: named(sent), at: context.deps.now().toISOString() }
  })
}

const named = ({ id: given }: Resource): readonly PlatformMessageId[] => (typeof given === 'string' && given !== '' ? [id(given)] : [])

/** The frame that Microsoft's own SDK puts around an activity. */
const framed = (activity: { readonly [key: string]: Json | undefined }, reply: ReplyTo): Json => ({
  ...activity,
  from: { ...reply.bot },
  conversation: { id: reply.conversation },
})

/** What stands in place of a file of ours: its bytes, a link, or the question whether it is wanted. */
async function prepared({ deps }: Context, payload: Payload): Promise<{ readonly [key: string]: Json | undefined }> {
  const activity = payload.activity as { readonly [key: string]: Json | undefined }
  const { inline, link, offer } = payload
  if (inline) {
    const opened = await open(deps, inline.file)
    const bytes = Buffer.from(await read(opened))
    const mime = inline.mime ?? opened.mime
    const attachment = {
      contentType: mime,
      contentUrl: `data:${mime};base64,${bytes.toString('base64')}`,
      name: inline.name ?? opened.name ?? 'picture',
    }
    return { ...activity, attachments: [attachment] }
  }
  if (link) {
    const url = await linkTo(deps, link)
    return { ...activity, text: [activity.text, `${link.name ?? 'File'}: ${url}`].filter(Boolean).join('\n'), textFormat: 'plain' }
  }
  if (offer) return { ...activity, attachments: [consentCard(offer, offer.bytes ?? (await sizeOf(deps, offer.file)))] }
  return activity
}

const unprepared = (what: string) => (cause: unknown) => {
  throw new NotPrepared(what, { cause })
}
export const open = (deps: AdapterDeps, file: FileId) => deps.files.open(file).catch(unprepared('the file could not be opened'))
export const linkTo = (deps: AdapterDeps, part: StoredPart) =>
  deps.files.link(part.file, linkSeconds).catch(unprepared('the file has no link'))
const read = (file: FetchedFile) => new Response(file.body).arrayBuffer().catch(unprepared('the file could not be read'))

async function sizeOf(deps: AdapterDeps, file: FileId): Promise<number> {
  const { bytes, body } = await open(deps, file)
  await body.cancel().catch(() => undefined)
  return bytes
}

/**
 * Tenants of the government's community cloud are told apart by a refusal: they are served at another host, which is kept for the next
 * message; https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
 */
async function atHost({ keys }: Context, to: Address, go: (reply: ReplyTo) => Promise<Receipt>): Promise<Receipt> {
  const reply = replyOf(to)
  try {
    return await go(reply)
  } catch (error) {
    const other = governmentHost(keys)
    if (!(error instanceof TeamsRefusal) || error.code !== 'InvalidBotApiHost' || !other || reply.serviceUrl.startsWith(other)) throw error
    const moved = { ...reply, serviceUrl: other }
    const receipt = await go(moved)
    return { ...receipt, reply: moved }
  }
}

const governmentHost = ({ allowedServiceUrls }: TeamsConfig): string | undefined => {
  const found = allowedServiceUrls.find((url) => url.includes('.gcc.') || /\/gcc\/?$/.test(url))
  if (found === undefined || found.includes('*')) return undefined
  const url = new URL(found.endsWith('/') ? found : `${found}/`)
  const service = url.pathname === '/' ? new URL('teams/', url).href : url.href
  return isAllowed(service, allowedServiceUrls) ? service : undefined
}

/** A form that was sent shows what was filled in, to everybody and for good, so that nobody sends it twice. */
export async function showSubmitted({ connector }: Context, event: InboundEvent): Promise<void> {
  const pressed = event.kind === 'choice' ? pressedOf(event.ref) : undefined
  if (event.kind !== 'choice' || !pressed?.fields || event.message === undefined) return
  const reply = replyOf(event.from)
  const attachments = [{ contentType: adaptiveCard, content: resultCard(pressed) }]
  await connector.call(reply.serviceUrl, {
    method: 'PUT',
    path: `${conversationPath(reply)}/activities/${encodeURIComponent(event.message)}`,
    body: { ...(framed({ type: 'message', attachments }, reply) as object), id: event.message } as Json,
    signal: AbortSignal.timeout(15_000),
  })
}

/** What is already as wanted counts as done: a message that is gone when it was to go. */
export async function revise(
  context: Context,
  payload: Payload | null,
  to: Address,
  message: PlatformMessageId,
  attempt: Attempt,
): Promise<Receipt> {
  const { signal } = attempt
  const reply = replyOf(to)
  const path = `${conversationPath(reply)}/activities/${encodeURIComponent(message)}`
  const done: Receipt = { messages: [message], at: context.deps.now().toISOString() }
  if (payload !== null) {
    if (payload.offer)
      throw new PlatformError({ status: 405, code: 'offer', message: 'an offer of a file cannot take the place of a message' })
    const activity = await prepared(context, payload)
    await context.connector.call(reply.serviceUrl, {
      method: 'PUT',
      path,
      body: { ...(framed(activity, reply) as object), id: message } as Json,
      signal,
    })
    return done
  }
  try {
    await context.connector.call(reply.serviceUrl, { method: 'DELETE', path, signal })
  } catch (error) {
    if (!(error instanceof TeamsRefusal) || error.status !== 404 || !/ActivityNotFound/i.test(error.code)) throw error
  }
  return done
}
