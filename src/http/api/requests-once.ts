import { createHash, randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Json } from '../../channel/index.ts'
import { HubError } from '../errors.ts'
import { callerOn } from './requests-caller.ts'

/** Remembers for a day what a call was answered, by the key that its caller gave it. */
export interface AnsweredCalls {
  /** `mine`: this call may go on. `call` says what was called with which body. */
  begin(
    who: string,
    key: string,
    call: string,
  ): Promise<'mine' | 'busy' | { readonly call: string; readonly status: number; readonly answer: Json }>
  end(who: string, key: string, status: number, answer: Json): Promise<void>
  /** It failed, and may be tried again with the same key. */
  forget(who: string, key: string): Promise<void>
}

type Answer<Body> = { readonly status: number; readonly body: Body }

/**
 * Does a call once for its `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same call gets the same answer, another one with the same key
 * is refused. Without the header every call is one of its own. `key` is for what happens inside.
 */
export function makeOnce(calls: AnsweredCalls) {
  return async <Body>(request: FastifyRequest, reply: FastifyReply, work: (key: string) => Promise<Answer<Body>>): Promise<Body> => {
    const send = ({ status, body }: Answer<Body>): Body => {
      reply.code(status)
      return body
    }
    const given = keyOf(request)
    if (given === undefined) return send(await work(randomUUID()))
    const who = callerOn(request).id
    const call = callOf(request)
    const found = await calls.begin(who, given, call)
    if (found === 'busy') throw new HubError('HUB_KEY_IN_USE')
    if (found !== 'mine') {
      if (found.call !== call) throw new HubError('HUB_KEY_REUSED')
      reply.header('idempotency-replayed', 'true')
      return send({ status: found.status, body: found.answer as Body })
    }
    try {
      const answer = await work(createHash('sha256').update(`${who}\n${given}`).digest('base64url'))
      await calls.end(who, given, answer.status, answer.body as Json)
      return send(answer)
    } catch (error) {
      await calls.forget(who, given).catch(() => undefined)
      throw error
    }
  }
}
export type Once = ReturnType<typeof makeOnce>

function keyOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['idempotency-key']
  if (given === undefined) return undefined
  // The draft writes it as a structured string, in quotes; most clients do not.
  const key = /^"?([\x21\x23-\x5b\x5d-\x7e]{1,200})"?$/.exec([given].flat().join(','))?.[1]
  if (key === undefined) throw new HubError('HUB_BAD_REQUEST', { field: 'Idempotency-Key', hint: 'expected 1 to 200 printable characters' })
  return key
}

const callOf = ({ method, url, body }: FastifyRequest): string =>
  createHash('sha256')
    .update(`${method} ${url}\n${JSON.stringify(body ?? null)}`)
    .digest('base64url')
