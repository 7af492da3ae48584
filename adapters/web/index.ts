import {
  type AccountId,
  type Adapter,
  type AdapterDeps,
  type Address,
  type Attempt,
  defineAdapter,
  type FileId,
  type Health,
  type HookRequest,
  id,
  type Json,
  PlatformError,
  type PlatformMessageId,
  type Receipt,
  type Verdict,
} from '../../src/channel/index.ts'
import { NetworkError } from '../../src/channel/kit/http.ts'
import { bearerOf, readToken } from '../../src/channel/kit/token.ts'
import { capabilities } from './capabilities.ts'
import { config, type WebConfig } from './config.ts'
import { classify, uploadGone } from './errors.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { longestHeard, type Payload, type Push, type UploadRef } from './wire.ts'

/** How far the clocks of the hub's machines may be apart. */
const skewSeconds = 300
/** No page of ours posts more: the longest text with every character of it escaped, and some. */
const longestBody = 6 * longestHeard + 50_000

/** The hub's own chat: its pages post here and are pushed to; there is no other side. */
export const web = defineAdapter<WebConfig>({
  name: 'web',
  title: 'Web',
  source: null,
  capabilities,
  config,
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const { messagesPerCall } = capabilities(keys)
    const push = (to: Address, message: Push) => deps.live.publish(`web:${account}:${to.conversation}`, message)
    return {
      verify: async (request) => verify(request, account, keys, deps),
      parse: (request) => parse(request, { account, now: deps.now }),
      render: (contents) => render(contents, messagesPerCall),
      send: async ({ contents }, to, attempt) => {
        const messages = ours(attempt)
        await within(attempt.signal, () => push(to, { upTo: upTo(attempt), messages, contents }))
        return receipt(messages, deps)
      },
      classify,
      check: (signal) => check(account, keys, deps, signal),
      typing: (to) => push(to, { typing: true }),
      revise: async (payload, to, message, attempt) => {
        const contents = payload?.contents ?? null
        await within(attempt.signal, () => push(to, { upTo: upTo(attempt), revised: message, contents }))
        return receipt([message], deps)
      },
      fetchFile: (ref) =>
        deps.files.open(id<FileId>((ref as UploadRef).upload)).catch(() => {
          throw new PlatformError({ status: 404, code: uploadGone, message: 'the upload is gone' })
        }),
    }
  },
})

const upTo = ({ messages }: Attempt): number | null => (messages?.length ? Math.max(...messages) : null)

/** Named by their numbers where those are known; the colon keeps them apart from the ids that pages make. */
const ours = ({ messages, idempotencyKey }: Attempt): readonly PlatformMessageId[] =>
  (messages?.length ? messages.map(String) : [idempotencyKey]).map((name) => id(`hub:${name}`))

const receipt = (messages: readonly PlatformMessageId[], deps: AdapterDeps): Receipt => ({ messages, at: deps.now().toISOString() })

/** The push takes no signal, so it is left alone when time is up: it may still arrive. */
async function within(signal: AbortSignal, run: () => Promise<void>): Promise<void> {
  if (signal.aborted) throw new NetworkError('ABORTED', false)
  let late: () => void = () => undefined
  const over = new Promise<never>((_, reject) => {
    late = () => reject(new NetworkError('TIMEOUT', true))
    signal.addEventListener('abort', late, { once: true })
  })
  try {
    await Promise.race([run(), over])
  } finally {
    signal.removeEventListener('abort', late)
  }
}

/** Asks the way to open pages by a push that no page listens to. */
async function check(account: AccountId, keys: WebConfig, deps: AdapterDeps, signal: AbortSignal): Promise<Health> {
  if (keys.tokenSecret === undefined) return { ok: false, detail: 'tokenSecret is missing, so nobody can be let in.' }
  try {
    await within(signal, () => deps.live.publish(`web:${account}`, { check: true } satisfies Json))
    return { ok: true, detail: 'Pages of the hub itself: nobody else has to be asked.', facts: { guests: keys.guest } }
  } catch (error) {
    const { detail, code } = classify(error)
    return { ok: false, detail: detail ?? code, facts: { code } }
  }
}

/** A token that this hub signed for this account and that has not expired. Without a secret nobody is let in. */
function verify(request: HookRequest, account: AccountId, keys: WebConfig, deps: AdapterDeps): Verdict {
  const no = (reason: string): Verdict => ({ ok: false, status: 401, reason })
  if (request.headers.authorization === undefined) return no('The token is missing.')
  const token = readToken(bearerOf(request.headers.authorization), keys.tokenSecret ?? [])
  if (!token) return no('The token is not ours.')
  if (token.account !== account) return no('The token is for another account.')
  const now = deps.now().getTime() / 1000
  if (now >= token.expires) return no('The token has expired.')
  if (token.issued > now + skewSeconds) return no('The token is from the future.')
  if (!keys.guest && token.person.startsWith('guest:'))
    return { ok: false, status: 403, reason: 'Guests may not chat here; sign in first.' }
  if (request.body.length > longestBody) return { ok: false, status: 400, reason: 'The body is larger than what a page posts.' }
  return { ok: true }
}
