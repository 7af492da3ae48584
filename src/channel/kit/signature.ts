import { createHmac, timingSafeEqual } from 'node:crypto'

/** One secret, or several while they are being changed, newest first. */
export type Secrets = string | readonly string[]

const listed = (secrets: Secrets | undefined): readonly string[] =>
  (typeof secrets === 'string' ? [secrets] : (secrets ?? [])).filter((secret) => secret !== '')

/** Compares in a time that depends on the lengths alone. */
export function sameBytes(given: string, expected: string): boolean {
  const a = Buffer.from(given, 'utf8')
  const b = Buffer.from(expected, 'utf8')
  if (a.length === b.length) return timingSafeEqual(a, b)
  timingSafeEqual(b, b)
  return false
}

/** Is `given` one of the secrets? False where either side is missing; every secret is compared, whichever fits. */
export function isSecret(given: string | undefined, secrets: Secrets | undefined): boolean {
  let fits = false
  for (const secret of listed(secrets)) fits = sameBytes(given ?? '', secret) || fits
  return fits && given !== undefined
}

/** The signature as the platform writes it; `data` is what was sent, byte for byte. */
export function hmac(
  algorithm: 'sha1' | 'sha256',
  secret: string,
  data: string | Uint8Array | readonly (string | Uint8Array)[],
  encoding: 'hex' | 'base64',
): string {
  const hash = createHmac(algorithm, secret)
  for (const piece of typeof data === 'string' || data instanceof Uint8Array ? [data] : data) hash.update(piece)
  return hash.digest(encoding)
}

/** Was `data` signed with one of the secrets? `prefix` is what stands before the digest (`sha256=`, `v0=`). */
export function isSigned(
  given: string | undefined,
  by: {
    readonly algorithm: 'sha1' | 'sha256'
    readonly secrets: Secrets | undefined
    readonly data: string | Uint8Array | readonly (string | Uint8Array)[]
    readonly encoding: 'hex' | 'base64'
    readonly prefix?: string
  },
): boolean {
  const expected = listed(by.secrets).map((secret) => `${by.prefix ?? ''}${hmac(by.algorithm, secret, by.data, by.encoding)}`)
  return isSecret(given, expected)
}
