import type { FetchedFile } from '../adapter.ts'
import { PlatformError } from '../failure.ts'

/** Hosts of Meta that hand out what people attach; anything else in a webhook is not asked. */
const metaHosts = /(^|\.)(fbcdn\.net|fbsbx\.com|facebook\.com|whatsapp\.net|whatsapp\.com)$/
const furthest = 3

/** May this address be asked for a file: https at Meta, or where the account's `apiUrl` is? */
export function isMetaFile(url: URL, apiUrl: string): boolean {
  if (url.username !== '' || url.password !== '') return false
  const own = new URL(apiUrl)
  if (url.origin === own.origin) return true
  return url.protocol === 'https:' && url.port === '' && metaHosts.test(url.hostname)
}

/** Reads a file of Meta. Redirects are followed to its own hosts only; `token` goes to none but them. Throws `PlatformError` for a refusal. */
export async function fetchMetaFile(
  given: string,
  by: { readonly apiUrl: string; readonly fetch: typeof globalThis.fetch; readonly signal: AbortSignal; readonly token?: string },
): Promise<FetchedFile> {
  let address = given
  for (let hop = 0; hop <= furthest; hop++) {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (!url || !isMetaFile(url, by.apiUrl))
      throw new PlatformError({ status: 400, code: 'foreign_host', message: 'the file is not at Meta' })
    // Meta turns away clients that do not name themselves.
    const headers = { 'user-agent': 'Switchboard/1', ...(by.token === undefined ? {} : { authorization: `Bearer ${by.token}` }) }
    const answer = await by.fetch(url.href, { signal: by.signal, redirect: 'manual', headers })
    const next = answer.headers.get('location')
    if (answer.status >= 300 && answer.status < 400 && next !== null && URL.canParse(next, url.href)) {
      await answer.body?.cancel()
      address = new URL(next, url.href).href
      continue
    }
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel()
      throw new PlatformError({ status: answer.status, code: `file_${answer.status}`, message: 'the file could not be read' })
    }
    const mime = answer.headers.get('content-type')?.split(';')[0]?.trim()
    return { mime: mime || 'application/octet-stream', body: answer.body }
  }
  throw new PlatformError({ status: 400, code: 'too_many_redirects', message: 'the file is always somewhere else' })
}

/** For a multipart header: no quotes, no control characters, an ending that fits. */
export function safeFileName(name: string | undefined, otherwise: string): string {
  return name?.replace(/[\p{Cc}"\\/]/gu, '_').slice(0, 200) || otherwise
}
