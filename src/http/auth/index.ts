import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { HubError } from '../errors.ts'
import { openBetterAuth } from './better-auth.ts'
import { ensureAdmin, makePlaygroundSignIn, putTechnician, type TechnicianRow, type Technicians } from './people.ts'
import { authRoutes } from './routes.ts'
import { isSameOrigin, makeSameOrigin } from './same-origin.ts'

export type { TechnicianRow, Technicians } from './people.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in; set by `requireTechnician` and `requireAdmin`, and null anywhere else. */
    technician: TechnicianRow | null
  }
}

export type Auth = ReturnType<typeof makeAuth>
export type AuthDeps = {
  readonly db: Kysely<any>
  readonly technicians: Technicians
  /** At least 32 characters; another one ends all sessions. */
  readonly secret: string
  /** Where browsers reach the hub; https makes the cookies secure. */
  readonly publicUrl: string
  readonly log?: { error(fields: object, text: string): void }
}

/** Signing in by e-mail and password, for technicians and admins. Nobody can sign up: an admin creates them. */
export function makeAuth({ db, technicians, secret, publicUrl, log = { error: () => undefined } }: AuthDeps) {
  const alsoTrusted = ({ headers }: Request) => {
    const [origin, host] = [headers.get('origin'), headers.get('host')]
    return origin !== null && host !== null && isSameOrigin({ origin, host }, publicUrl) ? [origin] : []
  }
  const signIn = openBetterAuth({ db, secret, publicUrl, log, alsoTrusted })
  const sameOrigin = makeSameOrigin({ publicUrl })

  /** The technician whose session cookie these headers carry (an upgrade to a socket has them too). Asks the database each time: signing out counts at once. */
  const technicianOf = async (headers: IncomingHttpHeaders): Promise<TechnicianRow | 'somebody-else' | undefined> => {
    if (headers.cookie === undefined) return undefined
    const session = await signIn.api.getSession({ headers: new Headers({ cookie: headers.cookie }), query: { disableRefresh: true } })
    return session ? ((await technicians.get(session.user.id)) ?? 'somebody-else') : undefined
  }
  const requireTechnician = async (request: FastifyRequest): Promise<void> => {
    await sameOrigin(request)
    const technician = await technicianOf(request.headers)
    if (technician === undefined) throw new HubError('HUB_SIGN_IN_NEEDED')
    if (technician === 'somebody-else') throw new HubError('HUB_NOT_ALLOWED')
    const { id, name, email, role } = technician
    request.technician = { id, name, email, role }
  }
  return {
    signIn,
    sameOrigin,
    requireTechnician,
    /** As `requireTechnician`, and `HUB_NOT_ALLOWED` for technicians who are no admins. */
    requireAdmin: async (request: FastifyRequest): Promise<void> => {
      await requireTechnician(request)
      if (request.technician?.role !== 'admin') throw new HubError('HUB_NOT_ALLOWED')
    },
    technicianOf: async (headers: IncomingHttpHeaders): Promise<TechnicianRow | undefined> => {
      const technician = await technicianOf(headers)
      return technician === 'somebody-else' ? undefined : technician
    },
    ensureAdmin: (given: { readonly email?: string | undefined; readonly password?: string | undefined }) =>
      ensureAdmin({ signIn, technicians }, given),
    putTechnician: (given: Parameters<typeof putTechnician>[1]) => putTechnician({ signIn, technicians }, given),
    /** Only for the playground's own route, which the hub serves on this machine alone. */
    signInPlaygroundTechnician: makePlaygroundSignIn({ signIn, technicians }),
    /** Mounts /api/auth/* and gives every request its `technician`. Call it on the root instance, before routes that use the guards. */
    mount(app: FastifyInstance): void {
      app.decorateRequest('technician', null)
      void app.register(authRoutes, { signIn, publicUrl, sameOrigin })
    },
  }
}
