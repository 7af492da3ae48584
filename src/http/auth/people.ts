import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { SignIn } from './better-auth.ts'

export type TechnicianRow = { readonly id: string; readonly name: string; readonly email: string; readonly role: 'technician' | 'admin' }

/** What sign-in needs of the table of technicians. */
export interface Technicians {
  list(): Promise<readonly TechnicianRow[]>
  get(id: string): Promise<TechnicianRow | undefined>
  /** True for one process at a time; another one may try when that one has had ten seconds. */
  mayMakeAdmin(): Promise<boolean>
  upsert(technician: TechnicianRow & { readonly presence?: 'available' }): Promise<unknown>
}
type Deps = { readonly signIn: SignIn; readonly technicians: Technicians }

/** An address that no mail ever reaches (RFC 6761), in the form that sign-in takes. */
const firstAdmin = 'admin@switchboard.localhost'
const playgroundTechnician = { name: 'Tess Technician', email: 'tess@playground.local' }

/** 96 bits; typed once from the terminal. */
const madePassword = () => randomBytes(12).toString('base64url')

/**
 * Creates who may sign in as a technician or admin, or gives the role to somebody there is. `password` replaces the one there was;
 * without it nobody can sign in who had none before.
 */
export async function putTechnician(
  { signIn, technicians }: Deps,
  {
    email,
    name,
    role,
    password,
  }: { readonly email: string; readonly name: string; readonly role: TechnicianRow['role']; readonly password?: string },
): Promise<TechnicianRow> {
  const { internalAdapter, password: passwords } = await signIn.$context
  const known = (await internalAdapter.findUserByEmail(email))?.user
  const user = known ?? (await internalAdapter.createUser({ email, name, emailVerified: true }, { method: 'admin' }))
  if (password !== undefined) {
    const hash = await passwords.hash(password)
    if (await internalAdapter.findCredentialAccount(user.id)) await internalAdapter.updatePassword(user.id, hash)
    else await internalAdapter.linkAccount({ userId: user.id, providerId: 'credential', accountId: user.id, password: hash })
  }
  const technician: TechnicianRow = { id: user.id, name: user.name, email: user.email, role }
  await technicians.upsert(technician)
  return technician
}

/**
 * On the first start there is no admin yet: makes one and tells its password where it was made up here, so that it can be shown once.
 * Undefined where there is an admin already; of several processes that start at once, one makes it.
 */
export async function ensureAdmin(
  deps: Deps,
  given: { readonly email?: string | undefined; readonly password?: string | undefined },
): Promise<{ readonly email: string; readonly password?: string } | undefined> {
  const hasAdmin = async () => (await deps.technicians.list()).some(({ role }) => role === 'admin')
  for (;;) {
    if (await hasAdmin()) return undefined
    if (await deps.technicians.mayMakeAdmin()) break
    await wait(100)
  }
  const email = (given.email ?? firstAdmin).toLowerCase()
  const password = given.password ?? madePassword()
  await putTechnician(deps, { email, name: 'Admin', role: 'admin', password })
  return { email, ...(given.password === undefined ? { password } : {}) }
}

/** The playground's technician, made once and without a password: nobody can sign in as Tess by hand. Answers the session's cookies. */
export function makePlaygroundSignIn(deps: Deps) {
  const find = async (): Promise<TechnicianRow> => {
    const known = (await deps.technicians.list()).find(({ email }) => email === playgroundTechnician.email)
    if (known) return { id: known.id, name: known.name, email: known.email, role: known.role }
    const made = await putTechnician(deps, { ...playgroundTechnician, role: 'technician' })
    await deps.technicians.upsert({ ...made, presence: 'available' })
    return made
  }
  let last: Promise<unknown> = Promise.resolve()
  return async (): Promise<{ readonly technician: TechnicianRow; readonly cookies: readonly string[] }> => {
    const mine = last.then(find, find)
    last = mine
    const technician = await mine
    const { headers } = await deps.signIn.api.signInAs({ body: { userId: technician.id }, returnHeaders: true })
    return { technician, cookies: headers.getSetCookie() }
  }
}
