import { type Kysely, sql } from 'kysely'
import { plainAddress } from './address.ts'
import type { Letter } from './letters.ts'
import type { Seals } from './seal.ts'

/** A mail to be written down; the same `ask` is one mail, however often it is put. */
export type Posting = Letter & {
  readonly ask: string
  readonly to: string
  /** Sent only where the directory has an account with this address, and then to the address on file. */
  readonly onFile?: boolean
  /** The row of `codes` that the mail carries. */
  readonly code?: number
  readonly until: Date
}
export type Claimed = {
  readonly id: number
  readonly to: string
  readonly onFile: boolean
  readonly code: number | null
  readonly attempts: number
  readonly until: Date
  readonly letter: Letter
}
export type KeptMail = Letter & { readonly id: string; readonly to: string; readonly at: string }
export type Outbox = ReturnType<typeof makeOutbox>

/** Whoever claims a mail has so long to send it before another process may, in seconds: a little more than a server that is silent is waited for (smtp.ts). */
const claimSeconds = 45

/** What is to be mailed, in the database: letters are encrypted until they are sent, and then gone. */
export function makeOutbox({ db, seals, now }: { readonly db: Kysely<any>; readonly seals: Seals; readonly now: () => Date }) {
  const end = async (id: number, state: 'sent' | 'failed' | 'dropped', failure: string | null): Promise<void> => {
    await sql`update mails set state = ${state}, failure = ${failure}, ended_at = ${now()}, sealed = null where id = ${id}`.execute(db)
  }
  return {
    /** Within the transaction of what the mail is about, where there is one. */
    async put({ ask, to, onFile = false, code, until, subject, text, html }: Posting, within: Kysely<any> = db): Promise<void> {
      const sealed = seals.seal(JSON.stringify({ subject, text, html } satisfies Letter))
      await sql`
        insert into mails (ask, address, on_file, code, sealed, made_at, due_at, expires_at)
        values (${ask}, ${plainAddress(to)}, ${onFile}, ${code ?? null}, ${sealed}, ${now()}, ${now()}, ${until}) on conflict (ask) do nothing`.execute(
        within,
      )
    },
    async claim(limit: number): Promise<readonly Claimed[]> {
      const { rows } = await sql<{
        id: number
        address: string
        on_file: boolean
        code: number | null
        attempts: number
        expires_at: Date
        sealed: string
      }>`
        update mails set attempts = attempts + 1, due_at = ${new Date(now().getTime() + claimSeconds * 1_000)}
        where id in (select id from mails where state = 'due' and due_at <= ${now()} order by due_at limit ${limit} for update skip locked)
        returning id, address, on_file, code, attempts, expires_at, sealed`.execute(db)
      return rows.map((row) => ({
        id: row.id,
        to: row.address,
        onFile: row.on_file,
        code: row.code,
        attempts: row.attempts,
        until: row.expires_at,
        letter: JSON.parse(seals.open(row.sealed)) as Letter,
      }))
    },
    /** The address on file is another one than was typed: it is the one that the code proves. */
    async meant({ id, code }: Claimed, address: string): Promise<void> {
      await sql`update mails set address = ${address} where id = ${id}`.execute(db)
      if (code !== null) await sql`update codes set email = ${address} where id = ${code}`.execute(db)
    },
    sent: (id: number) => end(id, 'sent', null),
    /** Given up. */
    failed: (id: number, why: string) => end(id, 'failed', why.slice(0, 300)),
    /** Nobody was to get it. */
    dropped: (id: number) => end(id, 'dropped', null),
    async later(id: number, at: Date, why: string): Promise<void> {
      await sql`update mails set due_at = ${at}, failure = ${why.slice(0, 300)} where id = ${id} and state = 'due'`.execute(db)
    },
    /** Where mails are kept to be read here instead of sent. */
    async keep(id: number): Promise<void> {
      await sql`update mails set state = 'kept', ended_at = ${now()} where id = ${id}`.execute(db)
    },
    /** Newest first. */
    async kept(limit: number): Promise<readonly KeptMail[]> {
      const { rows } = await sql<{ id: number; address: string; sealed: string; made_at: Date }>`
        select id, address, sealed, made_at from mails where state = 'kept' and sealed is not null order by id desc limit ${limit}`.execute(
        db,
      )
      return rows.map(({ id, address, sealed, made_at }) => ({
        id: String(id),
        to: address,
        at: made_at.toISOString(),
        ...(JSON.parse(seals.open(sealed)) as Letter),
      }))
    },
    /** When the next mail is due; null where none waits. */
    async nextDue(): Promise<Date | null> {
      const { rows } = await sql<{ at: Date | null }>`select min(due_at) as at from mails where state = 'due'`.execute(db)
      return rows[0]?.at ?? null
    },
  }
}
