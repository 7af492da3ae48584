import { type AdapterDeps, type FetchedFile, type Json, PlatformError } from '../../src/channel/index.ts'
import type { TeamsConfig } from './config.ts'
import { ForeignService } from './errors.ts'
import { isAllowed, isStorage } from './service-urls.ts'
import type { Tokens } from './token.ts'
import type { TeamsFileRef } from './wire.ts'

const mostRedirects = 3

type Needs = { readonly keys: TeamsConfig; readonly tokens: Tokens; readonly deps: Pick<AdapterDeps, 'fetch'> }

/**
 * The bytes of a file that somebody sent. A download address carries its own right and gets no token; a pasted picture lies at the
 * Connector and wants ours. Neither is asked for at a host that is not Microsoft's or the account's.
 */
export async function fetchFile({ keys, tokens, deps }: Needs, ref: Json, signal: AbortSignal): Promise<FetchedFile> {
  const { from, url, mime, name } = ref as TeamsFileRef
  const withToken = from === 'attachment' && isAllowed(bare(url), keys.allowedServiceUrls)
  if (!withToken && !isStorage(url, keys.allowedServiceUrls)) throw new ForeignService('the file lies at a host that is not Microsoft’s')
  const answer = await get(deps.fetch, url, withToken ? { authorization: `Bearer ${await tokens.get(signal)}` } : {}, keys, signal)
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel()
    throw new PlatformError({ status: answer.status, code: String(answer.status), message: 'the file could not be read' })
  }
  const told = answer.headers.get('content-type')?.split(';')[0]?.trim()
  if (told === 'text/html' && mime !== undefined && mime !== 'text/html') {
    await answer.body.cancel()
    throw new PlatformError({ status: 403, code: 'sign_in_page', message: 'a page came in place of the file' })
  }
  const known = told && told !== 'application/octet-stream' ? told : mime
  return { mime: known ?? 'application/octet-stream', ...(name ? { name } : {}), body: answer.body }
}

const bare = (url: string): string => url.split(/[?#]/, 1)[0]!

/** Redirects stay within the allowed hosts, and the token does not go along. */
async function get(
  fetch: AdapterDeps['fetch'],
  url: string,
  headers: { readonly [name: string]: string },
  keys: TeamsConfig,
  signal: AbortSignal,
): Promise<Response> {
  let at = url
  for (let hop = 0; ; hop++) {
    const answer = await fetch(at, { signal, redirect: 'manual', headers: hop === 0 ? headers : {} })
    const next = answer.headers.get('location')
    if (answer.status < 300 || answer.status >= 400 || next === null) return answer
    await answer.body?.cancel()
    const target = new URL(next, at).href
    if (hop >= mostRedirects || !isStorage(target, keys.allowedServiceUrls))
      throw new ForeignService('the file was moved to a host that is not Microsoft’s')
    at = target
  }
}
