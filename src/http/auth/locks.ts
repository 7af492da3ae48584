import { APIError, createAuthMiddleware } from 'better-auth/api'
import { type Kysely, sql } from 'kysely'
import { faultsOf } from '../../core/password-rules.ts'

/** Wrong passwords in a row that lock an account until somebody unlocks it. */
export const mostWrong = 10
export const lockedCode = 'ACCOUNT_LOCKED'
export const mustChangeCode = 'PASSWORD_MUST_CHANGE'

const signInPath = '/sign-in/email'

/**
 * What better-auth is told to do around signing in. Each try is counted before the password is looked at, so that many at once get no more than ten;
 * whoever is locked gets no session, by whatever way. The same statements run whether the address has an account or not.
 */
export function makeLocks(db: Kysely<any>) {
  const count = (email: string) =>
    sql`
    insert into sign_in_state (user_id, wrong) select id, 1 from sign_in_user where email = ${email}
    on conflict (user_id) do update set wrong = sign_in_state.wrong + 1,
      locked_at = case when sign_in_state.wrong >= ${mostWrong} then coalesce(sign_in_state.locked_at, now()) else sign_in_state.locked_at end`.execute(
      db,
    )
  const afterWrong = (email: string) =>
    sql`
    update sign_in_state set locked_at = now() from sign_in_user u
    where u.id = user_id and u.email = ${email} and wrong >= ${mostWrong} and locked_at is null`.execute(db)
  const afterRight = (email: string) =>
    sql`
    update sign_in_state set wrong = 0 from sign_in_user u where u.id = user_id and u.email = ${email} and locked_at is null`.execute(db)

  return {
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (ctx.path === signInPath) {
          const email = emailIn(ctx.body)
          if (email !== undefined) await count(email)
        }
        if (ctx.path === '/change-password') {
          const { newPassword } = (ctx.body ?? {}) as { readonly newPassword?: unknown }
          const [fault] = typeof newPassword === 'string' ? faultsOf(newPassword, '') : []
          if (fault !== undefined) throw new APIError('BAD_REQUEST', { message: fault })
        }
      }),
      after: createAuthMiddleware(async (ctx) => {
        if (ctx.path !== signInPath) return
        const email = emailIn(ctx.body)
        const { returned } = ctx.context
        if (email === undefined) return
        if (!(returned instanceof Error)) await afterRight(email)
        else if ((returned as { readonly statusCode?: unknown }).statusCode === 401) await afterWrong(email)
        else if ((returned as { readonly body?: { readonly code?: unknown } }).body?.code === mustChangeCode) await afterRight(email)
      }),
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session: { readonly userId: string }) => {
            const { rows } = await sql<{ locked: boolean; must_change: boolean }>`
              select locked_at is not null as locked, must_change from sign_in_state where user_id = ${session.userId}`.execute(db)
            if (rows[0]?.locked) throw new APIError('FORBIDDEN', { code: lockedCode, message: 'locked' })
            if (rows[0]?.must_change) throw new APIError('FORBIDDEN', { code: mustChangeCode, message: 'must change' })
          },
        },
      },
    },
  }
}

function emailIn(body: unknown): string | undefined {
  const { email } = (body ?? {}) as { readonly email?: unknown }
  return typeof email === 'string' ? email.toLowerCase() : undefined
}
