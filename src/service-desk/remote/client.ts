import { DeskAway } from '../../core/service-desk.ts'
import type { RemoteSettings } from './settings.ts'

/** One record, as the other desk sends it. */
export type Row = { readonly [field: string]: unknown }

/** `certain`: nothing of the call has happened there. `retryAfter` is in seconds. */
export class CallFailed extends DeskAway {
  readonly certain: boolean
  readonly retryAfter: number
  constructor(message: string, certain: boolean, retryAfter = 0) {
    super(message)
    this.certain = certain
    this.retryAfter = retryAfter
  }
}

/** An answer beyond this is none that we asked for, in bytes. */
const longestAnswer = 4_000_000
/** The call never reached them. */
const unreached = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/

/** Calls of another service desk. Whatever it does not answer well is `CallFailed`; what is not there is null. */
export function makeClient({
  baseUrl,
  auth,
  timeoutSeconds,
  result,
}: Pick<RemoteSettings, 'baseUrl' | 'auth' | 'timeoutSeconds' | 'result'>) {
  const authorization =
    auth.bearer === undefined ? `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` : `Bearer ${auth.bearer}`

  async function call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: Row): Promise<unknown> {
    let response: Response
    let text: string
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutSeconds * 1_000),
        headers: { accept: 'application/json', authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      text = await textOf(response)
    } catch (error) {
      const code = String((error as { cause?: { code?: unknown } }).cause?.code ?? '')
      throw new CallFailed(`no answer${code === '' ? '' : ` (${code})`}`, method === 'GET' || unreached.test(code))
    }
    if (response.status === 404) return null
    if (!response.ok) {
      const asked = Number(response.headers.get('retry-after') ?? 0)
      // A gateway's error says nothing about what stands behind it.
      const certain = response.status < 500
      throw new CallFailed(`it answered ${response.status}`, certain, Number.isFinite(asked) ? Math.min(Math.max(0, asked), 3_600) : 0)
    }
    let parsed: unknown
    try {
      parsed = JSON.parse(text)
    } catch {
      throw new CallFailed('its answer is not JSON', method === 'GET')
    }
    return result === '' ? parsed : (parsed as Row | null)?.[result]
  }

  return {
    async list(path: string): Promise<readonly Row[]> {
      const found = await call('GET', path)
      return Array.isArray(found) ? found.filter(isRow) : []
    },
    async one(path: string): Promise<Row | null> {
      const found = await call('GET', path)
      return isRow(found) ? found : null
    },
    async send(method: 'POST' | 'PATCH', path: string, body: Row): Promise<Row> {
      const answer = await call(method, path, body)
      if (!isRow(answer)) throw new CallFailed('its answer holds no record', answer === null)
      return answer
    },
  }
}
export type Client = ReturnType<typeof makeClient>

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value)

async function textOf(response: Response): Promise<string> {
  let bytes = 0
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > longestAnswer) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
