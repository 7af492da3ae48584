import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from 'better-auth'
import { createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { makeLocks } from './locks.ts'

const day = 86_400

/** The header that carries the caller's address from our server to better-auth; whatever a client sends under this name is replaced. */
export const addressHeader = 'x-hub-address'

export type BetterAuthDeps = {
  readonly db: Kysely<any>
  readonly secret: string
  readonly publicUrl: string
  readonly log: { error(fields: object, text: string): void }
  /** Origins besides that of `publicUrl` whose pages may make this call. */
  readonly alsoTrusted: (request: Request) => readonly string[]
}

const times = { createdAt: 'created_at', updatedAt: 'updated_at' } as const

/** Signs somebody in whom the hub has proven by itself. It has no path: no request from outside reaches it. */
const signInAs = {
  id: 'sign-in-as',
  endpoints: {
    signInAs: createAuthEndpoint({ method: 'POST', body: z.object({ userId: z.string() }) }, async (ctx) => {
      const user = await ctx.context.internalAdapter.findUserById(ctx.body.userId)
      if (!user) throw new Error('there is nobody with this id to sign in')
      const session = await ctx.context.internalAdapter.createSession(user.id)
      await setSessionCookie(ctx, { session, user })
      return ctx.json({})
    }),
  },
} satisfies BetterAuthPlugin

/** Tables and columns are those of store/migrations/0003-sign-in.ts; a test asks better-auth whether anything is missing there. */
export const optionsOf = ({ db, secret, publicUrl, log, alsoTrusted }: BetterAuthDeps) =>
  ({
    appName: 'Switchboard',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret,
    // Without transactions: on PGlite everything that is not asked through a transaction's own handle waits for its end, for ever if it is inside.
    database: { db, type: 'postgres', transaction: false },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8, maxPasswordLength: 128 },
    user: { modelName: 'sign_in_user', fields: { ...times, emailVerified: 'email_verified' } },
    session: {
      modelName: 'sign_in_session',
      fields: { ...times, userId: 'user_id', expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent' },
      expiresIn: 7 * day,
      updateAge: day,
    },
    account: {
      modelName: 'sign_in_account',
      fields: {
        ...times,
        userId: 'user_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
      },
    },
    verification: { modelName: 'sign_in_verification', fields: { ...times, expiresAt: 'expires_at' } },
    // In the database, so that it holds over all processes and over a restart.
    rateLimit: {
      enabled: true,
      storage: 'database',
      modelName: 'sign_in_attempt',
      fields: { lastRequest: 'last_request' },
      customRules: {
        '/sign-in/email': { window: 60, max: 10 },
        '/change-password': { window: 60, max: 10 },
        '/get-session': false,
        '/sign-out': false,
      },
    },
    trustedOrigins: (request) => [new URL(publicUrl).origin, ...(request ? alsoTrusted(request) : [])],
    advanced: {
      cookiePrefix: 'switchboard',
      useSecureCookies: publicUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      // Said outright: left out, better-auth switches these checks off where it believes to be in a test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
    onAPIError: {
      onError: (error) => {
        if (!isRefusal(error))
          log.error({ step: 'sign-in', failure: error instanceof Error ? error.name : 'unknown' }, 'sign-in failed inside')
      },
    },
    plugins: [signInAs],
    ...makeLocks(db),
  }) satisfies BetterAuthOptions

const isRefusal = (error: unknown): boolean => error instanceof Error && Number((error as { statusCode?: unknown }).statusCode ?? 500) < 500

export const openBetterAuth = (deps: BetterAuthDeps) => betterAuth(optionsOf(deps))
export type SignIn = ReturnType<typeof openBetterAuth>
