import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HubError, unkeepableHint } from '../errors.ts'
import { addressHeader, type SignIn } from './better-auth.ts'
import { lockedCode, mustChangeCode } from './locks.ts'

/** What of better-auth can be reached; the rest of it answers 404. */
const open = [
  ['POST', 'sign-in/email'],
  ['POST', 'sign-out'],
  ['GET', 'get-session'],
  ['POST', 'change-password'],
] as const

/** /api/auth/*: sign in, sign out, who am I, another password. Answers better-auth's bodies without the session's token, and the hub's errors. */
export async function authRoutes(
  app: FastifyInstance,
  {
    signIn,
    publicUrl,
    sameOrigin,
  }: { readonly signIn: SignIn; readonly publicUrl: string; readonly sameOrigin: (request: FastifyRequest) => Promise<void> },
): Promise<void> {
  for (const [method, path] of open) {
    app.route({
      method,
      url: `/api/auth/${path}`,
      bodyLimit: 16_384,
      preHandler: sameOrigin,
      handler: async (request, reply) => answer(path, await signIn.handler(asRequest(request, publicUrl)), reply),
    })
  }
}

/** The caller's address is what Fastify says it is (its `trustProxy`), never what the caller writes. */
function asRequest(request: FastifyRequest, publicUrl: string): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || /^(content-length|transfer-encoding|connection|expect)$/.test(name)) continue
    for (const one of [value].flat()) headers.append(name, one)
  }
  headers.set(addressHeader, request.ip)
  const body = request.method === 'GET' ? {} : { body: JSON.stringify(request.body ?? {}) }
  if (body.body?.includes('\\u0000')) throw new HubError('HUB_BAD_REQUEST', { hint: unkeepableHint })
  if (request.method !== 'GET') headers.set('content-type', 'application/json')
  return new Request(new URL(request.url, publicUrl), { method: request.method, headers, ...body })
}

async function answer(path: string, response: Response, reply: FastifyReply): Promise<unknown> {
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
  reply.header('cache-control', 'no-store')
  const text = await response.text()
  const body = text === '' ? null : JSON.parse(text)
  if (response.ok)
    return reply
      .code(response.status)
      .type('application/json')
      .send(JSON.stringify(withoutTokens(body)))
  const hint = typeof body?.message === 'string' ? { hint: body.message as string } : undefined
  switch (response.status) {
    case 401:
      throw new HubError(path === 'sign-in/email' ? 'HUB_SIGN_IN_REFUSED' : 'HUB_SIGN_IN_NEEDED')
    case 403:
      // Whether the password was right is not told of a locked account: it would go on being guessed.
      if (body?.code === lockedCode) throw new HubError('HUB_SIGN_IN_REFUSED')
      if (body?.code === mustChangeCode) throw new HubError('HUB_PASSWORD_MUST_CHANGE')
      throw new HubError('HUB_CROSS_ORIGIN')
    case 429:
      reply.header('retry-after', response.headers.get('x-retry-after') ?? '60')
      throw new HubError('HUB_TOO_MANY_ATTEMPTS')
    default:
      if (response.status < 500) throw new HubError('HUB_BAD_REQUEST', hint)
      throw new Error(`sign-in answered ${response.status}`)
  }
}

/** The token lives in the cookie, out of reach of any script. */
function withoutTokens(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries(
    Object.entries(body)
      .filter(([name]) => name !== 'token')
      .map(([name, value]) => [name, withoutTokens(value)]),
  )
}
