import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { AdapterDeps } from '../../src/channel/index.ts'

/** `endorsements`: for which channels this key may speak; undefined where the list is missing, as the protocol allows. */
export type SigningKey = { readonly key: KeyObject; readonly endorsements: readonly string[] | undefined }
export type SigningKeys = {
  /** Undefined: no such key, also after asking again. Rejects where the keys cannot be had at all. */
  find(kid: string): Promise<SigningKey | undefined>
  /** Asks now; how many keys there are. */
  refresh(): Promise<number>
}

/** Asked for once a day: "keys remain stable for days"; https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
const freshMs = 24 * 3_600_000
/** Keys that cannot be renewed are believed so long. */
const staleMs = 48 * 3_600_000
/** A key that we do not know makes us ask again, but not oftener: anybody can invent one. */
const unknownKeyMs = 60_000
const patienceMs = 5000
const longest = 512 * 1024

/** The keys behind an OpenID metadata address, kept; requests at the same time share one question. */
export function makeSigningKeys(metadataUrl: string, { fetch, now }: Pick<AdapterDeps, 'fetch' | 'now'>): SigningKeys {
  let known: ReadonlyMap<string, SigningKey> = new Map()
  let readAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  const read = async (): Promise<void> => {
    triedAt = now().getTime()
    const metadata = (await readJson(fetch, metadataUrl)) as { readonly jwks_uri?: unknown }
    const jwks = new URL(String(metadata.jwks_uri), metadataUrl)
    if (new URL(metadataUrl).protocol === 'https:' && jwks.protocol !== 'https:') throw new Error('the keys are not behind https')
    const { keys } = (await readJson(fetch, jwks.href)) as { readonly keys?: unknown }
    if (!Array.isArray(keys)) throw new Error('there is no list of keys')
    known = new Map(keys.flatMap((key) => readKey(key) ?? []))
    readAt = now().getTime()
  }
  const ask = (): Promise<void> => {
    asking ??= read().finally(() => {
      asking = undefined
    })
    return asking
  }

  return {
    async find(kid) {
      const age = now().getTime() - readAt
      if (age > staleMs) await ask()
      else if (age > freshMs && !asking && now().getTime() - triedAt > unknownKeyMs) void ask().catch(() => undefined)
      const found = known.get(kid)
      if (found || now().getTime() - triedAt < unknownKeyMs) return found
      await ask()
      return known.get(kid)
    },
    async refresh() {
      await ask()
      return known.size
    },
  }
}

function readKey(jwk: unknown): readonly [readonly [string, SigningKey]] | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kid, kty, n, e, use, endorsements } = jwk as JWK & { readonly endorsements?: unknown }
  if (typeof kid !== 'string' || kty !== 'RSA' || !n || !e || (use !== undefined && use !== 'sig')) return undefined
  try {
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' })
    return [[kid, { key, endorsements: Array.isArray(endorsements) ? endorsements.map(String) : undefined }]]
  } catch {
    return undefined
  }
}

async function readJson(fetch: AdapterDeps['fetch'], url: string): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patienceMs), headers: { accept: 'application/json' } })
  const text = await answer.text()
  if (!answer.ok || text.length > longest) throw new Error(`the keys could not be read: HTTP ${answer.status}`)
  return JSON.parse(text)
}
