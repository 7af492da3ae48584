import { z } from 'zod'
import type {
  AccountView,
  ChatSettings,
  ContentView,
  ConversationSummary,
  ConversationView,
  DeadLetterView,
  DeskView,
  ErrorBody,
  GuestToken,
  HistoryPage,
  JourneyView,
  MessageView,
  OwnerView,
  QuarantineView,
  TechnicianView,
  TemplatesView,
} from '../api-types.ts'
import type { AuditView } from './needs.ts'

/** The answers of api-types.ts as schemas: what the hub sends is held against them, and the OpenAPI page is made of them. */
type Shape<T> = z.ZodType<T, T>
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly()
const when = z.iso.datetime()
const open = z.exactOptional

export const errorBody: Shape<ErrorBody> = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: open(z.string()), hint: open(z.string()) }),
})

export const ownerView: Shape<OwnerView> = z.discriminatedUnion('by', [
  z.object({ by: z.literal('virtual-agent') }),
  z.object({
    by: z.literal('queue'),
    since: z.string(),
    skill: z.string(),
    place: z.int(),
    waiting: z.int(),
    technicians: z.int(),
  }),
  z.object({ by: z.literal('technician'), name: z.string() }),
  z.object({ by: z.literal('nobody') }),
])

const choice = z.object({ value: z.string(), label: z.string() })
const fileView = z.object({ id: z.string(), name: z.string(), mime: z.string(), bytes: z.number(), link: z.string() })
const contentView = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), format: open(z.enum(['plain', 'markdown'])) }),
  z.object({
    type: z.literal('media'),
    kind: z.enum(['image', 'audio', 'video', 'file']),
    file: z.union([fileView, z.object({ missing: z.string() })]),
    caption: open(z.string()),
  }),
  z.object({
    type: z.literal('place'),
    latitude: z.number(),
    longitude: z.number(),
    name: open(z.string()),
    address: open(z.string()),
  }),
  z.object({
    type: z.literal('contact'),
    name: z.string(),
    phones: list(z.string()),
    emails: list(z.string()),
    own: open(z.boolean()),
  }),
  z.object({ type: z.literal('choices'), text: z.string(), choices: list(choice) }),
  z.object({
    type: z.literal('card'),
    title: z.string(),
    text: open(z.string()),
    image: open(z.object({ url: z.string(), name: open(z.string()), mime: open(z.string()) })),
    link: open(z.object({ label: z.string(), url: z.string() })),
    choices: open(list(choice)),
  }),
  z.object({ type: z.literal('template'), name: z.string(), language: z.string(), values: list(z.string()), text: z.string() }),
  z.object({ type: z.literal('unreadable'), platformType: z.string(), text: open(z.string()) }),
]) satisfies z.ZodType<ContentView> as unknown as Shape<ContentView>

const messageFields = {
  id: z.string(),
  seq: z.int(),
  chat: z.string(),
  author: z.object({ by: z.enum(['person', 'virtual-agent', 'technician', 'hub']), name: z.string() }),
  content: list(contentView),
  at: when,
  sources: list(z.string()),
  note: open(z.literal(true)),
  edited: open(z.literal(true)),
  deleted: open(z.literal(true)),
  key: open(z.string()),
  reactions: open(list(z.object({ emoji: z.string(), count: z.int() }))),
  delivery: open(
    z.object({
      state: z.enum(['waiting', 'sending', 'sent', 'delivered', 'read', 'failed', 'held']),
      reason: open(z.string()),
      perhapsTwice: open(z.literal(true)),
    }),
  ),
  clientId: open(z.string()),
}
export const messageView: Shape<MessageView> = z.object(messageFields)

export const chatSettings: Shape<ChatSettings> = z.object({
  deskName: z.string(),
  enabled: z.boolean(),
  account: z.string(),
  guest: z.boolean(),
  attachments: z.object({ maxBytes: z.number(), blockedTypes: list(z.string()) }),
})
export const guestToken: Shape<GuestToken> = z.object({ token: z.string(), expiresAt: when, person: z.string() })

export const technicianView: Shape<TechnicianView> = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['technician', 'admin']),
  presence: z.enum(['available', 'busy', 'away']),
})
export const summary: Shape<ConversationSummary> = z.object({
  id: z.string(),
  channel: z.string(),
  channelTitle: z.string(),
  account: z.string(),
  person: z.object({ id: z.string(), name: z.string(), trust: z.enum(['guest', 'linked', 'verified']) }),
  owner: ownerView,
  summary: z.string(),
  lastMessage: open(z.object({ text: z.string(), at: when, by: z.string() })),
  lastHeardAt: when.nullable(),
  unanswered: z.boolean(),
  reach: z.enum(['reachable', 'blocked', 'left']),
  window: z.discriminatedUnion('state', [
    z.object({ state: z.literal('always') }),
    z.object({ state: z.literal('open'), until: z.string(), botUntil: z.string().optional(), afterwards: z.enum(['template', 'nothing']) }),
    z.object({ state: z.literal('closed'), since: z.string().nullable(), afterwards: z.enum(['template', 'nothing']) }),
  ]),
})
export const deskView: Shape<DeskView> = z.object({
  me: technicianView,
  waiting: list(summary),
  mine: list(summary),
  others: list(summary),
})
export const conversationView: Shape<ConversationView> = z.object({
  conversation: summary,
  messages: list(messageView),
  more: z.boolean(),
})
export const actAnswer = z.object({ ok: z.literal(true), conversation: summary })
/** Filed and sure to be taken, but not yet: status 202. */
export const actPending = z.object({ ok: z.literal(true), conversation: summary, pending: z.literal(true), hint: z.string() })
export const journeyView: Shape<JourneyView> = z.object({
  steps: list(
    z.object({
      at: when.nullable(),
      step: z.enum(['received', 'handled', 'waiting', 'sending', 'sent', 'delivered', 'read', 'failed', 'held']),
      detail: z.string(),
    }),
  ),
})

export const historyPage: Shape<HistoryPage> = z.object({
  messages: list(z.object({ ...messageFields, conversation: z.string(), channel: z.string() })),
  next: z.string().nullable(),
})

export const templatesView: Shape<TemplatesView> = z.object({
  templates: list(z.object({ name: z.string(), language: z.string(), text: z.string(), values: z.int(), category: open(z.string()) })),
  hint: open(z.string()),
})

export const accountView: Shape<AccountView> = z.object({
  channel: z.string(),
  title: z.string(),
  account: z.string(),
  state: z.enum(['green', 'red', 'unknown']),
  reason: open(z.string()),
  nextStep: open(z.string()),
  checkedAt: open(when),
  lastIn: open(when),
  lastOut: open(when),
  waiting: z.int(),
  hookUrl: open(z.string()),
  facts: open(z.record(z.string(), z.unknown())),
})
export const accounts = z.object({ accounts: list(accountView) })

/** Lists of the Admin pages: `next` is the `before` of the next page. */
const paged = <T>(item: Shape<T>) => z.object({ items: list(item), next: z.string().nullable() })
export const quarantine = paged<QuarantineView>(
  z.object({
    id: z.string(),
    channel: z.string(),
    account: z.string(),
    at: when,
    reasons: list(z.string()),
    body: z.string(),
  }),
)
export const deadLetters = paged<DeadLetterView>(
  z.object({
    id: z.string(),
    conversation: z.string(),
    channel: z.string(),
    account: z.string(),
    at: when,
    state: z.enum(['failed', 'held']),
    reason: z.string(),
    message: messageView.nullable(),
  }),
)
export const audit = paged<AuditView>(
  z.object({
    id: z.string(),
    at: when,
    who: z.object({ id: z.string(), name: z.string() }),
    what: z.string(),
    about: z.string().nullable(),
    detail: z.json(),
  }) as unknown as Shape<AuditView>,
)

export const done = z.object({ ok: z.literal(true) })

/** The refusals a route may answer with, besides 500 and 503 of any. */
export const refusals = <const Status extends number>(...statuses: readonly Status[]) =>
  Object.fromEntries([...statuses, 503].map((status) => [status, errorBody])) as { readonly [S in Status | 503]: Shape<ErrorBody> }

export const pageQuery = z.strictObject({
  before: z.string().min(1).max(200).optional().describe('Where the last page ended: its `next`.'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export const conversationParams = z.strictObject({ id: z.uuid() })
