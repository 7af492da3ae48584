import { z } from 'zod'
import type { ApprovalView, Catalogue, RequestEvent, RequestSummary, RequestView } from '../../core/service-desk.ts'
import { words } from './input.ts'

const list = <T extends z.ZodType>(of: T) => z.array(of).readonly()
const when = z.string().describe('ISO 8601')

export const STATUSES = ['approval', 'open', 'in-progress', 'waiting', 'resolved', 'closed', 'cancelled', 'rejected'] as const
export const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const
const TYPES = ['incident', 'service-request'] as const
const status = z.enum(STATUSES)
const priority = z.enum(PRIORITIES)
const type = z.enum(TYPES)

const summaryFields = {
  number: z.string(),
  type,
  subject: z.string(),
  status,
  priority,
  openedAt: when,
  changedAt: when,
}
export const requestSummary = z.object(summaryFields)
const identity = z.object({ channel: z.string(), account: z.string(), key: z.string() })
export const approvalView = z.object({
  id: z.string(),
  request: z.object({ number: z.string(), subject: z.string(), priority, openedAt: when, requester: z.string(), description: z.string() }),
  title: z.string(),
  approvers: list(z.string()),
  quorum: z.int(),
  state: z.enum(['later', 'pending', 'approved', 'rejected', 'withdrawn']),
  decisions: list(z.object({ by: z.string(), approved: z.boolean(), comment: z.string().nullable(), at: when })),
})
const comment = z.object({
  at: when,
  by: z.object({ kind: z.enum(['person', 'technician', 'system']), name: z.string() }),
  text: z.string(),
  internal: z.boolean(),
})
const file = z.object({
  id: z.string(),
  name: z.string(),
  mime: z.string(),
  bytes: z.number(),
  link: z.string().describe('Holds an hour.'),
})
export const requestView = z.object({
  ...summaryFields,
  description: z.string(),
  category: z.string().nullable(),
  item: z.object({ id: z.string(), title: z.string() }).nullable(),
  fields: list(z.object({ name: z.string(), label: z.string(), value: z.string() })),
  requester: z.object({ identity: identity.nullable(), name: z.string().nullable(), email: z.string().nullable() }),
  source: z.string(),
  technician: z.object({ id: z.string(), name: z.string() }).nullable(),
  team: z.string().nullable(),
  respondBy: when.nullable(),
  resolveBy: when.nullable(),
  resolvedAt: when.nullable(),
  resolution: z.string().nullable(),
  approvals: list(approvalView),
  comments: list(comment),
  files: list(file),
  conversations: list(
    z.object({
      conversation: z.string(),
      chat: z.string().nullable(),
      transcript: z.string().describe('Where what was said can be read.'),
    }),
  ),
})
export const requestEvent = z.object({
  seq: z.int(),
  number: z.string(),
  kind: z.string(),
  at: when,
  by: z.object({ kind: z.enum(['person', 'technician', 'system']), name: z.string() }),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export const requestPage = z.object({ requests: list(requestSummary), next: z.string().nullable() })
export const timeline = z.object({ events: list(requestEvent) })
export const approvalList = z.object({ approvals: list(approvalView) })
const rule = z.object({ title: z.string(), approvers: list(z.string()), quorum: z.int() })
export const catalogueView = z.object({
  items: list(
    z.object({
      id: z.string(),
      title: z.string(),
      category: z.string(),
      description: z.string(),
      priority,
      fields: list(
        z.object({
          name: z.string(),
          label: z.string(),
          required: z.boolean(),
          kind: z.enum(['text', 'long-text', 'date', 'email', 'number', 'choice']),
          options: list(z.object({ value: z.string(), label: z.string() })).optional(),
        }),
      ),
      approvals: list(rule),
    }),
  ),
  categories: list(z.object({ id: z.string(), title: z.string() })),
}) satisfies z.ZodType<unknown>

// — what comes in —
const address = z.email({ error: 'expected an e-mail address' }).max(254)
const several = <T extends readonly [string, ...string[]]>(of: T) =>
  z
    .union([z.enum(of), z.array(z.enum(of)).max(20)])
    .transform((given) => [given].flat() as T[number][])
    .optional()
export const requestQuery = z.strictObject({
  status: several(STATUSES).describe('Given several times: any of them.'),
  priority: several(PRIORITIES),
  type: type.optional(),
  technician: z.string().max(200).optional().describe('The id of who works on it.'),
  team: z.string().max(200).optional(),
  email: address.optional().describe('Whose it is.'),
  conversation: z.uuid().optional().describe('Linked to this conversation.'),
  text: words(200).optional(),
  overdue: z
    .enum(['true', 'false'])
    .transform((given) => given === 'true')
    .optional()
    .describe('Not solved by the target of its priority.'),
  before: z.string().min(1).max(30).optional().describe('Where the last page ended: its `next`.'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
const fields = z
  .record(z.string().max(100), z.string().max(10_000))
  .refine((given) => Object.keys(given).length <= 50, { error: 'expected at most 50 fields' })
export const newRequest = z.strictObject({
  type,
  subject: words(300),
  description: z.string().max(20_000).default(''),
  category: z.string().max(100).nullable().default(null),
  item: z.string().max(100).nullable().default(null).describe('The id of a catalogue’s item.'),
  fields: fields.default({}).describe('By the names of the item’s fields.'),
  priority: priority.optional().describe('The item’s where it is left out, or medium.'),
  conversation: z.uuid().optional().describe('It is linked to this conversation, and its person is the requester unless one is named.'),
  requester: z.strictObject({ name: words(200).nullable().default(null), email: address.nullable().default(null) }).optional(),
  files: z.array(z.uuid()).max(20).default([]),
})
export const requestChanges = z
  .strictObject({
    subject: words(300),
    description: z.string().max(20_000),
    category: z.string().max(100).nullable(),
    priority,
    status,
    resolution: words(20_000).describe('Needed with `status: "resolved"`.'),
    technician: z.strictObject({ id: words(200), name: words(200) }).nullable(),
    team: z.string().max(200).nullable(),
  })
  .partial()
  .refine((given) => Object.keys(given).length > 0, { error: 'expected something to change' })
export const newComment = z.strictObject({ text: words(20_000), internal: z.boolean().default(false).describe('Only for technicians.') })
export const newFiles = z.strictObject({ files: z.array(z.uuid()).min(1).max(20).describe('Ids of uploads, POST /api/requests/uploads.') })
export const newLink = z.strictObject({ conversation: z.uuid() })
export const decision = z.strictObject({
  approved: z.boolean(),
  comment: words(2_000).nullable().default(null),
  email: address.optional().describe('Who decided; needed with a key, and the technician’s own address otherwise.'),
  name: words(200).optional(),
})
export const numberParams = z.strictObject({
  number: z.string().regex(/^[A-Za-z]{0,4}-?\d{1,15}$/, { error: 'expected a number such as INC-1001' }),
})

// — what goes out —
export const summaryOut = ({ number, type, subject, status, priority, openedAt, changedAt }: RequestSummary) => ({
  number,
  type,
  subject,
  status,
  priority,
  openedAt,
  changedAt,
})
export const approvalOut = ({ request: { number, subject, priority, openedAt, requester, description }, ...approval }: ApprovalView) => ({
  ...approval,
  request: { number, subject, priority, openedAt, requester, description },
})
/** The requester's own link stays inside: whoever holds it speaks for them. */
export const viewOut = (view: RequestView, fileLink: (id: string, name: string) => string) => ({
  ...view,
  ...summaryOut(view),
  approvals: view.approvals.map(approvalOut),
  files: view.files.map((one) => ({ ...one, link: fileLink(one.id, one.name) })),
  conversations: view.conversations.map((one) => ({ ...one, transcript: `/api/desk/conversations/${one.conversation}` })),
})
export const eventOut = ({ seq, number, kind, at, by, detail }: RequestEvent) => ({
  seq,
  number,
  kind,
  at,
  by: { kind: by.kind, name: by.name },
  detail,
})
/** Without the words by which people are understood. */
export const catalogueOut = ({ items, categories }: Catalogue) => ({
  items: items.map(({ id, title, category, description, priority, fields, approvals }) => ({
    id,
    title,
    category,
    description,
    priority,
    fields: fields.map((one) => ({
      name: one.name,
      label: one.label,
      required: one.required,
      kind: one.kind,
      ...(one.kind === 'choice' ? { options: one.options.map(({ value, label }) => ({ value, label })) } : {}),
    })),
    approvals,
  })),
  categories: categories.map(({ id, title }) => ({ id, title })),
})
