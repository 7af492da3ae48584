import { isIP } from 'node:net'
import { Client, ResultCodeError } from 'ldapts'
import { DirectoryAway } from '../core/directory.ts'

export type LdapServer = {
  readonly url: string
  readonly startTls: boolean
  /** PEM; besides none the usual authorities count. */
  readonly ca?: string | undefined
  readonly bindDn: string
  readonly bindPassword: string
  readonly timeoutMs: number
}

/** busy, unavailable, and an account of ours that is refused: nothing a person could do differently. */
const awayCodes = new Set([49, 50, 51, 52])

/**
 * Does one piece of work on a connection of its own: nothing is shared, nothing goes stale, and a directory is asked seldom. Throws `DirectoryAway`
 * where it can't be reached in time or refuses the hub's own account, and what the server said to `work` otherwise.
 */
export async function onLdap<Answer>(server: LdapServer, work: (client: Client) => Promise<Answer>): Promise<Answer> {
  const { url, startTls, ca, bindDn, bindPassword, timeoutMs } = server
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  const tls = {
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    minVersion: 'TLSv1.2' as const,
  }
  // With `tlsOptions` the client speaks TLS whatever the URL says.
  const secure = url.startsWith('ldaps:') ? { tlsOptions: tls } : {}
  const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, strictDN: false, ...secure })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    // Bind, search and change; a handshake has no limit of its own.
    timer = setTimeout(() => reject(new DirectoryAway('the directory did not answer in time')), timeoutMs * 3)
  })
  const talk = async (): Promise<Answer> => {
    if (startTls) await client.startTLS({ ...tls })
    await client.bind(bindDn, bindPassword)
    return work(client)
  }
  try {
    return await Promise.race([talk(), late])
  } catch (error) {
    if (error instanceof DirectoryAway) throw error
    if (error instanceof ResultCodeError && !awayCodes.has(error.code)) throw error
    throw new DirectoryAway(reasonOf(error))
  } finally {
    clearTimeout(timer)
    client.unbind().catch(() => undefined)
  }
}

/** Never the server's own words on a bind: they may repeat names. */
function reasonOf(error: unknown): string {
  if (error instanceof ResultCodeError)
    return error.code === 49
      ? 'the directory refuses the hub’s account (bindDn, bindPassword)'
      : `the directory answered with code ${error.code}`
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' ? `the directory cannot be reached (${code})` : 'the directory cannot be reached'
}
