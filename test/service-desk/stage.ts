import { randomUUID } from 'node:crypto'
import type { FileId } from '../../src/channel/index.ts'
import type { Week } from '../../src/core/business-hours.ts'
import type { DeskActor, RequestBook } from '../../src/core/service-desk.ts'
import { makeServiceDesk } from '../../src/service-desk/index.ts'
import type { Targets } from '../../src/service-desk/sla.ts'
import { makeDeskSweep } from '../../src/service-desk/sweep.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { postgresUrl } from '../support/services.ts'
import { openMemory } from '../support/template.ts'
import { catalogue } from './catalogue.ts'
import type { DeskUnderTest } from './contract.ts'

const postgres = await postgresUrl()
export const dropPostgres = async (): Promise<void> => postgres?.drop()

/** The databases that the desk's tests run on. */
export const databases = [
  { kind: 'PGlite', available: true, open: openMemory },
  { kind: 'Postgres', available: postgres !== undefined, open: () => connect({ databaseUrl: postgres!.url }) },
] as const

export const targets: Targets = {
  critical: { respondMinutes: 15, resolveMinutes: 240 },
  high: { respondMinutes: 60, resolveMinutes: 480 },
  medium: { respondMinutes: 240, resolveMinutes: 1_440 },
  low: { respondMinutes: 480, resolveMinutes: 2_400 },
}
export const tess: DeskActor = { kind: 'technician', id: 'tess', name: 'Tess' }

/** A built-in desk on an open database, with a clock that goes on by itself and can be put forward. */
export const stage = async (connection: Connection, hours?: Week) => {
  await migrate(connection)
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const db = connection.db
  const linkOf = (number: string) => `https://desk.example/r/${number}`
  const { desk, book } = makeServiceDesk({ db, now, catalogue, linkOf, targets, hours })
  const file = async (name: string): Promise<FileId> => {
    const id = randomUUID()
    await db
      .insertInto('files')
      .values({ id, name, mime: 'text/plain', bytes: 3, sha256: 'x', conversation: null, uploader: null })
      .execute()
    return id as FileId
  }
  const pass = (days: number) => {
    ahead += days * 86_400_000
  }
  return { desk, book, db, now, pass, file, sweep: makeDeskSweep({ db, now, hours, reminders: { days: 1, most: 2 } }) }
}

let keys = 0
const key = () => `technician-${++keys}`
export const underTest = ({ desk, book, pass }: Pick<DeskUnderTest, 'desk' | 'pass'> & { readonly book: RequestBook }): DeskUnderTest => ({
  desk,
  pass,
  resolve: async (number) => {
    await book.update(number, { status: 'resolved', resolution: 'A new cable.' }, tess, key())
  },
  answer: async (number, text) => {
    await book.comment(number, { text, internal: false }, tess, key())
  },
})
