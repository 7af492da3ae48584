import { sql, type Transaction } from 'kysely'
import type { FileId } from '../channel/index.ts'
import type { CatalogueItem, NewRequest, RequestEvent, RequestView } from '../core/service-desk.ts'
import { askFor, stepsFor, whyStuck } from './approval-steps.ts'
import type { DeskParts } from './parts.ts'
import { dueBy, startClock } from './sla.ts'
import { isUuid, kept, keptOrNull, LONGEST } from './text.ts'
import { type NewEvent, record, SYSTEM } from './timeline.ts'

/** Writes a request with its approvals, links, files and first events; gives its bare number. What is longer than we keep is cut, never refused. */
export const insertRequest = async (
  transaction: Transaction<any>,
  { catalogue, targets, hours }: Pick<DeskParts, 'catalogue' | 'targets' | 'hours'>,
  request: NewRequest,
  by: RequestEvent['by'],
  at: string,
): Promise<number> => {
  const item = request.type === 'service-request' ? catalogue.items.find(({ id }) => id === request.item) : undefined
  const steps = stepsFor(item?.approvals ?? [], request.requester.email)
  const status = steps.length === 0 ? 'open' : 'approval'
  const clock = startClock(status, at)
  const { respondBy, resolveBy } = dueBy(clock, request.priority, targets, hours)
  const { identity, name, email } = request.requester
  const row = {
    type: request.type,
    status,
    priority: request.priority,
    subject: kept(request.subject, LONGEST.subject),
    description: kept(request.description, LONGEST.text),
    category: keptOrNull(request.category ?? item?.category ?? null, LONGEST.name),
    item: request.type === 'incident' ? null : (item?.id ?? keptOrNull(request.item, LONGEST.name)),
    item_title: item?.title ?? null,
    fields: JSON.stringify(answered(item, request.fields)),
    requester_channel: identity?.channel ?? null,
    requester_account: identity?.account ?? null,
    requester_key: identity?.key ?? null,
    requester_name: keptOrNull(name, LONGEST.name),
    requester_email: keptOrNull(email, LONGEST.name),
    source: kept(request.source, LONGEST.name),
    opened_at: at,
    changed_at: at,
    clock_from: clock.from,
    respond_by: respondBy,
    resolve_by: resolveBy,
  }
  const { number } = (await transaction.insertInto('requests').values(row).returning('number').executeTakeFirstOrThrow()) as {
    number: number
  }
  if (request.conversation !== null)
    await sql`insert into request_links (request, conversation, chat, at) values (${number}, ${request.conversation}, ${request.chat}, ${at})`.execute(
      transaction,
    )
  await addFiles(transaction, number, request.files, at)
  const asked = await askFor(transaction, number, steps, at)
  const note = whyStuck(steps, email)
  if (note !== undefined)
    await sql`
      insert into request_comments (request, at, by_kind, by_name, text, internal)
      values (${number}, ${at}, 'system', ${SYSTEM.name}, ${note}, true)`.execute(transaction)
  const noted: readonly NewEvent[] = note === undefined ? [] : [{ request: number, kind: 'noted', by: SYSTEM, detail: { text: note } }]
  const opened: NewEvent = {
    request: number,
    kind: 'opened',
    by,
    detail: {
      type: row.type,
      subject: row.subject,
      priority: row.priority,
      status,
      source: row.source,
      category: row.category,
      item: row.item,
    },
  }
  await record(transaction, at, [opened, ...asked, ...noted])
  return number
}

/** Adds those of these files that exist and are not there yet; gives their names. */
export const addFiles = async (
  transaction: Transaction<any>,
  request: number,
  files: readonly FileId[],
  at: string,
): Promise<readonly { readonly id: string; readonly name: string }[]> => {
  const possible = [...new Set<string>(files)].filter(isUuid)
  if (possible.length === 0) return []
  const { rows } = await sql<{ id: string; name: string }>`
    with added as (
      insert into request_files (request, file, at) select ${request}::bigint, id, ${at}::timestamptz from files where id = any(${possible}::uuid[])
      on conflict do nothing returning file
    )
    select f.id, f.name from added join files f on f.id = added.file order by f.name`.execute(transaction)
  return rows
}

/** The answers as they are shown: with the labels of their fields and options, in the catalogue's order; what no field asks for comes last. */
const answered = (item: CatalogueItem | undefined, given: NewRequest['fields']): RequestView['fields'] => {
  const known = (item?.fields ?? []).flatMap((field) => {
    const value = given[field.name]
    if (value === undefined || value.trim() === '') return []
    const shown = field.kind === 'choice' ? (field.options.find((option) => option.value === value)?.label ?? value) : value
    return [{ name: field.name, label: field.label, value: kept(shown, LONGEST.field) }]
  })
  const asked = new Set(item?.fields.map(({ name }) => name))
  const others = Object.entries(given).filter(([name, value]) => !asked.has(name) && value.trim() !== '')
  return [
    ...known,
    ...others.map(([name, value]) => ({
      name: kept(name, LONGEST.name),
      label: kept(name, LONGEST.name),
      value: kept(value, LONGEST.field),
    })),
  ]
}
