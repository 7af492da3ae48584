import type { KeyObject } from 'node:crypto'
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { HookRequest, Verdict } from '../../src/channel/index.ts'
import { readActivity } from './activity.ts'
import { cloudOf } from './clouds.ts'
import type { TeamsConfig } from './config.ts'
import type { SigningKeys } from './keys.ts'
import { isAllowed } from './service-urls.ts'

/** "Token is within its validity period. Industry-standard clock-skew is 5 minutes." */
const skewSeconds = 300
const longestToken = 16_384

/** Tokens whose signature was found right, by which key: the Connector sends one again and again until it ends. */
export type CheckedTokens = Map<string, { readonly key: KeyObject; readonly claims: JWTPayload }>
/** One a service address and hour, and some to spare. */
const mostChecked = 256

type Context = {
  readonly keys: TeamsConfig
  readonly signingKeys: SigningKeys
  readonly checked: CheckedTokens
  readonly now: () => Date
}

/**
 * Is this from Teams, for this bot? All that the protocol asks (https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot)
 * and that the SDK leaves open: `channelId` and `serviceUrl` must be there, the latter allow-listed. Tokens that an app got from Entra for
 * itself (the SDK's way for its desktop emulator) are not taken. Rejects only where the signing keys cannot be had: then nobody knows.
 */
export async function verify(request: HookRequest, { keys, signingKeys, checked, now }: Context): Promise<Verdict> {
  const header = request.headers.authorization
  if (header === undefined || header === '') return no('The token is missing.')
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i.exec(header.length > longestToken ? '' : header)?.[1]
  if (!token) return no('The authorization is no bearer token.')
  const { alg, kid } = headerOf(token)
  if (typeof kid !== 'string' || typeof alg !== 'string' || !/^RS(256|384|512)$/.test(alg))
    return no('The token is not signed with RS256, RS384 or RS512.')
  const found = await signingKeys.find(kid)
  if (!found) return no('The token is signed with a key that the Bot Framework does not publish.')
  const claims = await proven(token, found.key, { keys, checked, now })
  if (typeof claims === 'string') return no(claims)
  if (found.endorsements && found.endorsements.length > 0 && !found.endorsements.includes('msteams'))
    return no('The key of the token is not endorsed for Teams.')
  const service = claims.serviceurl ?? claims.serviceUrl
  if (typeof service !== 'string' || service === '') return no('The token names no service address.')
  if (!isAllowed(service, keys.allowedServiceUrls)) return no('The service address is not in allowedServiceUrls.')
  const activity = readActivity(request.body)
  // What cannot be read is signed all the same: parse refuses it, and the hub keeps it to be looked at.
  if (!activity) return { ok: true }
  if (activity.channelId !== 'msteams') return no('The activity is not of the channel msteams.')
  if (activity.serviceUrl !== service) return no('The service address is not the one that was signed.')
  return { ok: true }
}

/** The claims of a token, or why they prove nothing. */
async function proven(
  token: string,
  key: KeyObject,
  { keys, checked, now }: Pick<Context, 'keys' | 'checked' | 'now'>,
): Promise<JWTPayload | string> {
  const known = checked.get(token)
  if (known?.key === key && isCurrent(known.claims, now().getTime() / 1000)) return known.claims
  try {
    const { payload } = await jwtVerify(token, key, {
      issuer: cloudOf(keys).issuer,
      audience: keys.appId,
      algorithms: ['RS256', 'RS384', 'RS512'],
      clockTolerance: skewSeconds,
      currentDate: now(),
      requiredClaims: ['exp', 'iss', 'aud'],
    })
    if (checked.size >= mostChecked) checked.delete(checked.keys().next().value!)
    checked.set(token, { key, claims: payload })
    return payload
  } catch (error) {
    checked.delete(token)
    return whyNot(error)
  }
}

const isCurrent = ({ exp, nbf = 0 }: JWTPayload, now: number): boolean =>
  exp !== undefined && now < exp + skewSeconds && nbf <= now + skewSeconds

const no = (reason: string): Verdict => ({ ok: false, status: 401, reason })

function headerOf(token: string): { readonly alg?: unknown; readonly kid?: unknown } {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return {}
  }
}

function whyNot(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.'
  if (error instanceof errors.JWTClaimValidationFailed) {
    switch (error.claim) {
      case 'iss':
        return 'The token is not from the Bot Framework.'
      case 'aud':
        return 'The token is for another bot.'
      case 'nbf':
        return 'The token is from the future.'
      default:
        return 'The token lacks a claim, or has a wrong one.'
    }
  }
  return 'The signature of the token is wrong.'
}
