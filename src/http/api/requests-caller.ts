import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { DeskActor } from '../../core/service-desk.ts'
import { HubError } from '../errors.ts'
import type { ApiNeeds, Guard } from './needs.ts'

export const SCOPES = ['requests:read', 'requests:write', 'approvals:read', 'approvals:write'] as const
export type Scope = (typeof SCOPES)[number]
/** A key of another system; `scopes` is all that it may do. */
export type ApiKey = { readonly name: string; readonly key: string; readonly scopes: readonly Scope[] }

/** Who calls: a technician with their session, who may do everything here, or another system with its key. `id` names them in the record. */
export type Caller = { readonly id: string; readonly actor: DeskActor; readonly email: string | null; readonly name: string }

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guards of `makeCallers`, and null anywhere else. */
    caller: Caller | null
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The guards of the routes for technicians and other systems. All keys are compared, each in constant time. */
export function makeCallers(keys: readonly ApiKey[], auth: Pick<ApiNeeds['auth'], 'requireTechnician'>) {
  const known = keys.map((key) => ({ ...key, digest: digest(key.key) }))
  const keyOf = (given: string): ApiKey | undefined => {
    const mine = digest(given)
    return known.filter((key) => timingSafeEqual(key.digest, mine))[0]
  }
  return (scope: Scope): Guard =>
    async (request) => {
      const { authorization } = request.headers
      if (authorization === undefined) {
        await auth.requireTechnician(request)
        const technician = request.technician!
        const { id, name, email } = technician
        request.caller = { id, name, email, actor: { kind: 'technician', id, name } }
        return
      }
      const key = keyOf(/^Bearer\s+(\S{1,500})$/i.exec(authorization)?.[1] ?? '')
      if (!key) throw new HubError('HUB_API_KEY_WRONG')
      if (!key.scopes.includes(scope)) throw new HubError('HUB_NOT_ALLOWED', { hint: `This key needs the scope ${scope}.` })
      const { name } = key
      request.caller = { id: `api:${name}`, name, email: null, actor: { kind: 'technician', id: `api:${name}`, name } }
    }
}

/** Who calls, on a route behind one of the guards. */
export function callerOn(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('this route has no guard')
  return request.caller
}
