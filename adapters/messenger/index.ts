import { type Adapter, defineAdapter, type Health, type Json, PlatformError, type Profile } from '../../src/channel/index.ts'
import { advised } from '../../src/channel/kit/advised.ts'
import { fetchMetaFile } from '../../src/channel/kit/meta-file.ts'
import { type Graph, openGraph } from '../../src/channel/kit/meta-graph.ts'
import { verifyMeta } from '../../src/channel/kit/meta-webhook.ts'
import { capabilities } from './capabilities.ts'
import { config, type MessengerConfig, newest } from './config.ts'
import { classify } from './errors.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { placeOf, send } from './send.ts'
import { getStarted, type MessengerFileRef, type Payload, subscribedFields } from './wire.ts'

export const messenger = defineAdapter<MessengerConfig>({
  name: 'messenger',
  title: 'Messenger',
  source: 'Messenger',
  capabilities: () => capabilities,
  config,
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const { apiUrl } = keys
    const graph = openGraph({ apiUrl, token: keys.pageAccessToken, appSecret: keys.appSecret }, deps.fetch)
    const act = async (to: Parameters<typeof placeOf>[0], sender_action: string) => {
      const { psid, page } = placeOf(to)
      await graph.call({ method: 'POST', path: `${encodeURIComponent(page)}/messages`, body: { recipient: { id: psid }, sender_action } })
    }
    return {
      verify: async (request) => verifyMeta(request, keys),
      parse: (request) => parse(request, account, keys.pageId),
      render: (contents, _to, why) => render(contents, why),
      send: (payload, to, attempt) => send({ graph, deps }, payload, to, attempt),
      classify,
      check: (signal) => check(graph, keys, signal),
      acknowledge: async (event) => {
        if (event.kind === 'message' || event.kind === 'choice') await act(event.from, 'mark_seen')
      },
      typing: (to) => act(to, 'typing_on'),
      fetchFile: async (ref, signal) => {
        const { url, mime, name } = ref as MessengerFileRef
        const file = await fetchMetaFile(url, { apiUrl, fetch: deps.fetch, signal })
        return { ...file, ...(mime ? { mime } : {}), ...(name ? { name } : {}) }
      },
      profile: (person, _to, signal) => profile(graph, person.key, signal),
      subscribe: (hookUrl) => subscribe(graph, keys, hookUrl),
      close: () => graph.close(),
    }
  },
})

type App = { readonly id?: string; readonly subscribed_fields?: readonly string[] }

/** The page's name, and whether Meta sends its messages at all. */
async function check(graph: Graph, keys: MessengerConfig, signal: AbortSignal): Promise<Health> {
  try {
    const page = await graph.call<{ id: string; name?: string }>({ method: 'GET', path: 'me', query: { fields: 'id,name' }, signal })
    if (keys.pageId !== undefined && keys.pageId !== page.id)
      return {
        ok: false,
        detail: `pageAccessToken is of the page ${page.name ?? page.id}, whose id is not pageId.`,
        facts: { page: page.id },
      }
    const apps = await graph
      .call<{ readonly data?: readonly App[] }>({ method: 'GET', path: `${encodeURIComponent(page.id)}/subscribed_apps`, signal })
      .catch(() => undefined)
    const fields = apps?.data?.flatMap((app) => app.subscribed_fields ?? [])
    const called = page.name ?? page.id
    const facts: { [name: string]: Json } = { page: page.id, name: called, ...(fields ? { subscribedFields: fields } : {}) }
    const silent = fields !== undefined && !fields.includes('messages')
    const advice = silent
      ? 'No app is subscribed to its messages, so nothing comes in: npm run channel -- connect messenger <account>'
      : undefined
    return { ok: true, ...advised(`The page ${called} answers.`, advice), facts }
  } catch (error) {
    const failure = classify(error)
    return { ok: false, detail: failure.detail ?? failure.code, facts: { code: failure.code } }
  }
}

/** May be refused although the person is real: they have not agreed, or the app lacks Business Asset User Profile Access. */
async function profile(graph: Graph, psid: string, signal: AbortSignal): Promise<Profile> {
  type Told = { readonly name?: string; readonly first_name?: string; readonly last_name?: string; readonly profile_pic?: string }
  const query = { fields: 'name,first_name,last_name,profile_pic' }
  const told = await graph.call<Told>({ method: 'GET', path: encodeURIComponent(psid), query, signal })
  const name = told.name ?? [told.first_name, told.last_name].filter(Boolean).join(' ')
  return { ...(name ? { name } : {}), ...(told.profile_pic ? { picture: told.profile_pic } : {}) }
}

/** Tells the app where the hub is, the page that the app listens, and sets the button under which a chat begins. */
async function subscribe(graph: Graph, keys: MessengerConfig, hookUrl: URL): Promise<void> {
  const app = await graph.call<{ readonly id?: string }>({ method: 'GET', path: 'app', query: { fields: 'id' } })
  if (!app.id) throw new PlatformError({ status: 400, code: 'no_app', message: 'the page access token belongs to no app' })
  const fields = subscribedFields
  const body = { object: 'page', callback_url: hookUrl.href, verify_token: newest(keys.verifyToken), fields }
  const token = `${app.id}|${newest(keys.appSecret)}`
  await graph.call({ method: 'POST', path: `${encodeURIComponent(app.id)}/subscriptions`, body, token })
  await graph.call({ method: 'POST', path: 'me/subscribed_apps', body: { subscribed_fields: fields } })
  await graph.call({ method: 'POST', path: 'me/messenger_profile', body: { get_started: { payload: getStarted } } })
}
