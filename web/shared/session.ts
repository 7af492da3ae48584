import { ApiError, call } from './api.ts'

/** Signing in and out; the browser keeps the session and sends it along. */
export const session = {
  signIn: (given: { readonly email: string; readonly password: string }) => call<unknown>('/api/auth/sign-in/email', { json: given }),
  signOut: () => call<unknown>('/api/auth/sign-out', { json: {} }),
}

/** Nobody is signed in, or nobody who may see this. */
export const isShut = (error: unknown): error is ApiError => error instanceof ApiError && (error.status === 401 || error.status === 403)

export const hintOf = (error: ApiError): string | undefined =>
  error.status === 403 ? 'This sign-in is no admin’s. Sign in as an admin.' : undefined
