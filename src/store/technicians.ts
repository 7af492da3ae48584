import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from './connect.ts'

/** Somebody who answers people; the id is that of who signs in. */
export type Technician = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: 'technician' | 'admin'
  readonly presence: 'available' | 'busy' | 'away'
  readonly skills: readonly string[]
  /** Chats held at once. */
  readonly capacity: number
}

const columns = ['id', 'name', 'email', 'role', 'presence', 'skills', 'capacity'] as const

/** By name. */
export async function listTechnicians(db: Db): Promise<readonly Technician[]> {
  return db.selectFrom('technicians').select(columns).orderBy('name').orderBy('id').execute()
}

export async function getTechnician(db: Db, id: string): Promise<Technician | undefined> {
  return db.selectFrom('technicians').select(columns).where('id', '=', id).executeTakeFirst()
}

/** False where there is no such technician. */
export async function setPresence(db: Db, id: string, presence: Technician['presence'], at: Date): Promise<boolean> {
  const result = await db.updateTable('technicians').set({ presence, seen_at: at }).where('id', '=', id).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Creates the technician, or changes name, address and role of the one there is; presence, skills and capacity stay unless they are given. */
export async function upsertTechnician(
  db: Db,
  technician: Pick<Technician, 'id' | 'name' | 'email' | 'role'> & Partial<Pick<Technician, 'presence' | 'skills' | 'capacity'>>,
): Promise<Technician> {
  const { id, name, email, role, presence, skills, capacity } = technician
  const kept = {
    name,
    email: email.toLowerCase(),
    role,
    ...(presence === undefined ? {} : { presence }),
    ...(skills === undefined ? {} : { skills: [...skills] }),
    ...(capacity === undefined ? {} : { capacity }),
  }
  return db
    .insertInto('technicians')
    .values({ id, ...kept })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(kept))
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** True for one process in ten seconds: so long it has the making of the first admin to itself, and if it dies another one takes over. */
export async function mayMakeAdmin(db: Db): Promise<boolean> {
  const { rows } = await sql`
    insert into leases (name, owner, until) values ('first-admin', ${randomUUID()}, now() + interval '10 seconds')
    on conflict (name) do update set owner = excluded.owner, until = excluded.until where leases.until < now() returning name`.execute(db)
  return rows.length > 0
}

/** The table as one thing to hand on. */
export const makeTechnicians = (db: Db) => ({
  list: () => listTechnicians(db),
  get: (id: string) => getTechnician(db, id),
  setPresence: (id: string, presence: Technician['presence'], at: Date) => setPresence(db, id, presence, at),
  mayMakeAdmin: () => mayMakeAdmin(db),
  upsert: (technician: Parameters<typeof upsertTechnician>[1]) => upsertTechnician(db, technician),
})
