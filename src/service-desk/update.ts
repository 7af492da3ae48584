import { type Catalogue, isOver, type RequestChanges, type RequestEvent, RequestRefused, type RequestStatus } from '../core/service-desk.ts'
import type { Patch } from './change.ts'
import type { RequestRow } from './rows.ts'
import { mayMove, movesFrom } from './status.ts'
import { kept, keptOrNull, LONGEST } from './text.ts'
import type { NewEvent } from './timeline.ts'

type Kind = RequestEvent['kind']

/** What a technician's changes come to: what is written, and the events that tell it. Values that are so already are no change. Throws `RequestRefused`. */
export const planUpdate = (
  row: RequestRow,
  changes: RequestChanges,
  catalogue: Catalogue,
  by: RequestEvent['by'],
  at: string,
): { readonly patch: Patch; readonly events: readonly NewEvent[] } => {
  const status = changes.status ?? row.status
  checkStatus(row, status, changes)
  checkWords(row, changes, catalogue)
  const wanted: Patch = {
    ...(changes.subject === undefined ? {} : { subject: kept(changes.subject, LONGEST.subject) }),
    ...(changes.description === undefined ? {} : { description: kept(changes.description, LONGEST.text) }),
    ...(changes.category === undefined ? {} : { category: changes.category }),
    ...(changes.priority === undefined ? {} : { priority: changes.priority }),
    ...(changes.team === undefined ? {} : { team: keptOrNull(changes.team, LONGEST.name) }),
    ...(changes.technician === undefined
      ? {}
      : {
          technician_id: changes.technician?.id ?? null,
          technician_name: keptOrNull(changes.technician?.name ?? null, LONGEST.name),
        }),
    ...(changes.resolution === undefined ? {} : { resolution: kept(changes.resolution, LONGEST.text) }),
    ...(changes.status === undefined ? {} : { status }),
  }
  const patch: Patch = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => row[name as keyof RequestRow] !== value))
  const handed =
    patch.technician_id === undefined && patch.technician_name === undefined ? {} : { technician_name: wanted.technician_name ?? null }
  const kind = patch.status === undefined ? undefined : kindOf(row.status, patch.status)
  const told = Object.entries({ ...patch, ...handed }).filter(
    ([name]) => name in NAMES && !(name === 'status' && kind !== 'changed') && !(name === 'resolution' && kind === 'resolved'),
  )
  const detail = Object.fromEntries(
    told.flatMap(([name, value]) => [
      [NAMES[name as keyof typeof NAMES], value as string | null],
      [`${NAMES[name as keyof typeof NAMES]}Before`, row[name as keyof typeof NAMES]],
    ]),
  )
  const events: readonly NewEvent[] = [
    ...(told.length === 0 ? [] : [{ request: row.number, kind: 'changed' as const, by, detail }]),
    ...(kind === undefined || kind === 'changed'
      ? []
      : [
          {
            request: row.number,
            kind,
            by,
            detail: {
              status,
              statusBefore: row.status,
              ...(kind === 'resolved' ? { resolution: patch.resolution ?? row.resolution } : {}),
            },
          },
        ]),
  ]
  const unanswered = row.responded_at === null || isOver(row.status)
  const answers = patch.status !== undefined && by.kind === 'technician' && unanswered && ANSWERS.includes(patch.status)
  return { patch: answers ? { ...patch, responded_at: at } : patch, events }
}

/** Columns as the timeline names them. */
const NAMES = {
  subject: 'subject',
  description: 'description',
  category: 'category',
  priority: 'priority',
  team: 'team',
  technician_name: 'technician',
  resolution: 'resolution',
  status: 'status',
} as const

/** Whoever brings a request here has looked at it. */
const ANSWERS: readonly RequestStatus[] = ['in-progress', 'waiting', 'resolved']

const kindOf = (from: RequestStatus, to: RequestStatus): Kind => {
  if (to === 'resolved' || to === 'closed' || to === 'cancelled') return to
  return isOver(from) && !isOver(to) ? 'reopened' : 'changed'
}

const checkStatus = (row: RequestRow, status: RequestStatus, changes: RequestChanges): void => {
  if (status !== row.status && !mayMove(row.status, status, 'technician')) {
    const possible = movesFrom(row.status, 'technician')
    throw new RequestRefused(
      'status',
      possible.length === 0 ? `no change: it is ${row.status}` : `${possible.join(', ')}: it is ${row.status} now`,
    )
  }
  if (isOver(row.status) && row.status !== 'resolved') throw new RequestRefused('number', `a request that is not over: it is ${row.status}`)
  if (status === 'resolved' && row.status !== 'resolved' && (changes.resolution ?? '').trim() === '')
    throw new RequestRefused('resolution', 'how it was solved, in words for the person')
  if (changes.resolution !== undefined && status !== 'resolved')
    throw new RequestRefused('resolution', 'nothing, or `resolved` as its status')
}

const checkWords = (row: RequestRow, { subject, resolution, category }: RequestChanges, { categories }: Catalogue): void => {
  if (subject !== undefined && subject.trim() === '') throw new RequestRefused('subject', 'a few words')
  if (resolution !== undefined && resolution.trim() === '')
    throw new RequestRefused('resolution', 'how it was solved, in words for the person')
  if (category !== undefined && category !== null && category !== row.category && !categories.some(({ id }) => id === category))
    throw new RequestRefused('category', `one of ${categories.map(({ id }) => id).join(', ')}`)
}
