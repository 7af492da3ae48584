import type { RequestBook, ServiceDesk } from '../core/service-desk.ts'
import { makeBook } from './book.ts'
import { makeDesk } from './desk.ts'
import type { DeskParts } from './parts.ts'

/** The built-in service desk: the same requests as people (`desk`) and as technicians and integrations (`book`) use them. */
export const makeServiceDesk = (parts: DeskParts): { readonly desk: ServiceDesk; readonly book: RequestBook } => ({
  desk: makeDesk(parts),
  book: makeBook(parts),
})
