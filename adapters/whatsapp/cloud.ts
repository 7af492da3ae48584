import {
  type AccountId,
  type Adapter,
  type AdapterDeps,
  type FetchedFile,
  type Health,
  type Json,
  PlatformError,
} from '../../src/channel/index.ts'
import { advised } from '../../src/channel/kit/advised.ts'
import { fetchMetaFile } from '../../src/channel/kit/meta-file.ts'
import { type Graph, openGraph } from '../../src/channel/kit/meta-graph.ts'
import { verifyMeta } from '../../src/channel/kit/meta-webhook.ts'
import { inGroups } from './capabilities.ts'
import { type CloudConfig, newest } from './config.ts'
import { classify } from './errors.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { makePauses, recipientOf, send } from './send.ts'
import { readTemplates } from './templates.ts'
import type { Payload, ReplyTo, WhatsAppFileRef } from './wire.ts'

/** The official Cloud API for one number. */
export function createCloud(
  { id: account, config: keys }: { readonly id: AccountId; readonly config: CloudConfig },
  deps: AdapterDeps,
): Adapter<Payload> {
  const { apiUrl, phoneNumberId: number } = keys
  const graph = openGraph({ apiUrl, token: keys.accessToken, appSecret: keys.appSecret }, deps.fetch)
  const pauses = makePauses()
  const post = (body: Json) => graph.call({ method: 'POST', path: `${number}/messages`, body })
  const read = (message: string, more: { readonly [key: string]: Json } = {}) =>
    post({ messaging_product: 'whatsapp', status: 'read', message_id: message, ...more })
  return {
    verify: async (request) => verifyMeta(request, keys),
    parse: (request) => parse(request, { account, number, now: deps.now }),
    render: (contents) => render(contents),
    send: (payload, to, attempt) => send({ graph, deps, number, pauses }, payload, to, attempt),
    classify,
    check: (signal) => check(graph, keys, signal),
    acknowledge: async (event) => {
      const message = (event.from.reply as ReplyTo | undefined)?.message
      if (message && (event.kind === 'message' || event.kind === 'choice')) await read(message)
    },
    typing: async (to) => {
      const { message } = to.reply as ReplyTo
      if (message) await read(message, { typing_indicator: { type: 'text' } })
    },
    react: async (to, message, emoji) => {
      const reaction = { message_id: message, emoji }
      await post({ messaging_product: 'whatsapp', ...recipientOf(to), type: 'reaction', reaction })
    },
    fetchFile: (ref, signal) => fetchFile(graph, { apiUrl, number, token: keys.accessToken, fetch: deps.fetch }, ref, signal),
    narrow: (to) => ((to.reply as ReplyTo | undefined)?.group === undefined ? {} : inGroups),
    isGroup: (to) => to.conversation.startsWith('group:'),
    ...(keys.businessAccountId === undefined ? {} : { templates: (signal) => readTemplates(graph, keys.businessAccountId!, signal) }),
    subscribe: (hookUrl) => subscribe(graph, keys, hookUrl),
    close: () => graph.close(),
  }
}

type NumberFacts = {
  readonly display_phone_number?: string
  readonly verified_name?: string
  readonly quality_rating?: string
  readonly name_status?: string
  readonly throughput?: { readonly level?: string }
}

/** The number, and whether Meta tells anybody of what happens in its WhatsApp account at all. */
async function check(graph: Graph, keys: CloudConfig, signal: AbortSignal): Promise<Health> {
  const { phoneNumberId: number, businessAccountId: business } = keys
  const query = { fields: 'display_phone_number,verified_name,quality_rating,throughput,name_status' }
  try {
    const told = await graph.call<NumberFacts>({ method: 'GET', path: number, query, signal })
    const { display_phone_number: phone = number, verified_name: name, quality_rating: quality } = told
    const facts: { [name: string]: Json } = {
      number: phone,
      ...(name ? { name } : {}),
      ...(quality ? { quality } : {}),
      ...(told.name_status ? { nameStatus: told.name_status } : {}),
      ...(told.throughput?.level ? { throughput: told.throughput.level } : {}),
    }
    const apps = business === undefined ? undefined : await subscribedApps(graph, business, signal)
    const silence =
      apps?.length === 0
        ? 'No app is subscribed to its WhatsApp account, so nothing comes in: npm run channel -- connect whatsapp <account>'
        : undefined
    const warning = quality === 'RED' ? 'Its quality is low: people block or report it.' : undefined
    return {
      ok: true,
      ...advised(`${phone}${name ? ` (${name})` : ''} answers.`, [warning, silence].filter(Boolean).join(' ')),
      facts: { ...facts, ...(apps ? { subscribedApps: apps } : {}) },
    }
  } catch (error) {
    const failure = classify(error)
    return { ok: false, detail: failure.detail ?? failure.code, facts: { code: failure.code } }
  }
}

/** The names of the apps that are told; undefined where the token may not know. */
async function subscribedApps(graph: Graph, business: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
  type Apps = { readonly data?: readonly { readonly whatsapp_business_api_data?: { readonly name?: string; readonly id?: string } }[] }
  const path = `${encodeURIComponent(business)}/subscribed_apps`
  const told = await graph.call<Apps>({ method: 'GET', path, signal }).catch(() => undefined)
  return told?.data?.map(({ whatsapp_business_api_data: app }) => app?.name ?? app?.id ?? 'unnamed')
}

type From = { readonly apiUrl: string; readonly number: string; readonly token: string; readonly fetch: typeof globalThis.fetch }

/** An address lives for 5 minutes: where it is gone, a new one is asked for once. */
async function fetchFile(graph: Graph, from: From, ref: Json, signal: AbortSignal): Promise<FetchedFile> {
  const { media, mime, name } = ref as WhatsAppFileRef
  const locate = async () => {
    const query = { phone_number_id: from.number }
    const told = await graph.call<{ readonly url?: string; readonly mime_type?: string }>({
      method: 'GET',
      path: encodeURIComponent(media),
      query,
      signal,
    })
    if (!told.url) throw new PlatformError({ status: 404, code: 'file_404', message: 'the file has no address' })
    return told
  }
  const open = async () => {
    const { url, mime_type } = await locate()
    const file = await fetchMetaFile(url!, { ...from, signal })
    return { ...file, mime: mime ?? mime_type?.split(';')[0]?.trim() ?? file.mime, ...(name ? { name } : {}) }
  }
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof PlatformError) || error.status !== 404) throw error
    return open()
  }
}

/**
 * This number's webhook alone: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override. It holds only
 * where the app is subscribed to the WhatsApp account, which is done where that is known.
 */
async function subscribe(graph: Graph, keys: CloudConfig, hookUrl: URL): Promise<void> {
  const { businessAccountId: business } = keys
  if (business !== undefined) await graph.call({ method: 'POST', path: `${encodeURIComponent(business)}/subscribed_apps` })
  const webhook_configuration = { override_callback_uri: hookUrl.href, verify_token: newest(keys.verifyToken) }
  await graph.call({ method: 'POST', path: keys.phoneNumberId, body: { webhook_configuration } })
}
