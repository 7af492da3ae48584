import { hmac, isSecret, type Secrets } from './signature.ts'

/** Who may write into which conversation of one account of the web channel, until when. */
export type Token = {
  readonly account: string
  /** The person's key; guests' begin with `guest:`. */
  readonly person: string
  readonly conversation: string
  readonly name?: string
  /** Seconds since 1970, both. */
  readonly issued: number
  readonly expires: number
}

/** A JSON Web Token (RFC 7515) signed with HMAC-SHA256: this header and no other, so there is nothing to choose for a forger. */
const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')
/** A token of ours has some 300 characters; a longer one is refused before it is looked at. */
const longest = 4_096

const signatureOf = (signed: string, secret: string) =>
  Buffer.from(hmac('sha256', secret, signed, 'base64'), 'base64').toString('base64url')

/** The token as it stands after `Bearer`; of several secrets the first one signs. */
export function writeToken(token: Token, secrets: Secrets): string {
  const [secret] = typeof secrets === 'string' ? [secrets] : secrets
  if (!secret) throw new Error('a token needs a secret')
  const { account, person, conversation, name, issued, expires } = token
  const claims = { aud: `web:${account}`, sub: person, conversation, ...(name === undefined ? {} : { name }), iat: issued, exp: expires }
  const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  return `${signed}.${signatureOf(signed, secret)}`
}

/** What a token of ours says, whoever it is for and however old; undefined where none of the secrets signed it. */
export function readToken(given: string | undefined, secrets: Secrets): Token | undefined {
  if (given === undefined || given.length > longest) return undefined
  const [head, body, signature, ...more] = given.split('.')
  if (head !== header || body === undefined || signature === undefined || more.length > 0) return undefined
  const all = typeof secrets === 'string' ? [secrets] : secrets
  const expected = all.filter((secret) => secret !== '').map((secret) => signatureOf(`${head}.${body}`, secret))
  return isSecret(signature, expected) ? claimsOf(body) : undefined
}

/** What a token claims, its signature unseen: only for what was verified before. */
export function peekToken(given: string | undefined): Token | undefined {
  const body = given === undefined || given.length > longest ? undefined : given.split('.')[1]
  return body === undefined ? undefined : claimsOf(body)
}

/** The token of an `Authorization: Bearer …` header. */
export const bearerOf = (authorization: string | undefined): string | undefined => /^Bearer +([\w.-]+) *$/i.exec(authorization ?? '')?.[1]

function claimsOf(body: string): Token | undefined {
  let claims: { readonly [name: string]: unknown } | null
  try {
    claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  const { aud, sub, conversation, name, iat, exp } = claims ?? {}
  if (typeof aud !== 'string' || !aud.startsWith('web:') || typeof sub !== 'string' || sub === '') return undefined
  if (typeof conversation !== 'string' || conversation === '' || !Number.isInteger(iat) || !Number.isInteger(exp)) return undefined
  return {
    account: aud.slice('web:'.length),
    person: sub,
    conversation,
    ...(typeof name === 'string' ? { name } : {}),
    issued: iat as number,
    expires: exp as number,
  }
}
