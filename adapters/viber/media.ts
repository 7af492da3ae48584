import { type AdapterDeps, type FetchedFile, type Json, PlatformError } from '../../src/channel/index.ts'
import type { ViberConfig } from './config.ts'
import type { ViberFileRef } from './wire.ts'

const furthest = 3

/** Viber's own hosts, or where the account's `apiUrl` is; anything else in a callback is not asked. */
export function isViberFile(url: URL, apiUrl: string): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.origin === new URL(apiUrl).origin) return true
  return url.protocol === 'https:' && url.port === '' && /(^|\.)viber\.com$/.test(url.hostname)
}

/** The bytes of what somebody sent, for an hour after they did. Redirects are followed to Viber's hosts only. */
export async function fetchFile(deps: AdapterDeps, keys: ViberConfig, ref: Json, signal: AbortSignal): Promise<FetchedFile> {
  let address = (ref as ViberFileRef).url
  for (let hop = 0; hop <= furthest; hop++) {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (!url || !isViberFile(url, keys.apiUrl))
      throw new PlatformError({ status: 400, code: 'file_foreign_host', message: 'the file is not at Viber' })
    const answer = await deps.fetch(url, { signal, redirect: 'manual' })
    const next = answer.headers.get('location')
    if (answer.status >= 300 && answer.status < 400 && next !== null && URL.canParse(next, url.href)) {
      await answer.body?.cancel()
      address = new URL(next, url).href
      continue
    }
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel()
      throw new PlatformError({ status: answer.status, code: `file_${answer.status}`, message: 'the file could not be read' })
    }
    const mime = answer.headers.get('content-type')?.split(';')[0]?.trim()
    return { mime: mime || 'application/octet-stream', body: answer.body }
  }
  throw new PlatformError({ status: 400, code: 'file_always_elsewhere', message: 'the file is always somewhere else' })
}
