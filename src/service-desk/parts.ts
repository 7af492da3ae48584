import type { Kysely } from 'kysely'
import type { Week } from '../core/business-hours.ts'
import type { Catalogue } from '../core/service-desk.ts'
import type { Targets } from './sla.ts'

/** `linkOf` makes the address at which a request's requester reads on. `hours`: what targets are counted in; undefined: every minute counts. */
export type DeskParts = {
  readonly db: Kysely<any>
  readonly now: () => Date
  readonly catalogue: Catalogue
  readonly linkOf: (number: string) => string | null
  readonly targets: Targets
  readonly hours: Week | undefined
}
