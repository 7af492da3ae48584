/** What crosses the HTTP edge as JSON, shared with the pages in web/. Types only: nothing here runs. Dates are ISO 8601. */
import type { Choice, Content } from '../channel/content.ts'

/** Every refused call answers with this; `code` has a paragraph in docs/errors.md. */
export type ErrorBody = {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string; readonly hint?: string }
}

export type OwnerView =
  | { readonly by: 'virtual-agent' }
  | {
      readonly by: 'queue'
      readonly since: string
      readonly skill: string
      readonly place: number
      readonly waiting: number
      readonly technicians: number
    }
  | { readonly by: 'technician'; readonly name: string }
  | { readonly by: 'nobody' }

/** Stored files carry `link`, signed and expiring; everything else of `Content` is as the channel language has it. */
export type FileView = { readonly id: string; readonly name: string; readonly mime: string; readonly bytes: number; readonly link: string }
export type ContentView =
  | Exclude<Content, { type: 'media' }>
  | {
      readonly type: 'media'
      readonly kind: 'image' | 'audio' | 'video' | 'file'
      readonly file: FileView | { readonly missing: string }
      readonly caption?: string
    }

export type DeliveryState = 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'held'
export type MessageView = {
  /** `<conversation>.<number>` */
  readonly id: string
  /** Ascending within the conversation: the cursor of `resume`. */
  readonly seq: number
  readonly chat: string
  readonly author: { readonly by: 'person' | 'virtual-agent' | 'technician' | 'hub'; readonly name: string }
  readonly content: readonly ContentView[]
  readonly at: string
  readonly sources: readonly string[]
  readonly note?: true
  readonly edited?: true
  readonly deleted?: true
  /** A later message with the same key takes this one's place. */
  readonly key?: string
  readonly reactions?: readonly { readonly emoji: string; readonly count: number }[]
  /** Ours only. `perhapsTwice`: the platform's answer was lost, the person may have it twice. */
  readonly delivery?: { readonly state: DeliveryState; readonly reason?: string; readonly perhapsTwice?: true }
  /** A message of the web chat: the id its client made, so that the page finds its own again. */
  readonly clientId?: string
}

// — web chat —
/** GET /api/chat/settings */
export type ChatSettings = {
  readonly deskName: string
  readonly enabled: boolean
  readonly account: string
  readonly guest: boolean
  readonly attachments: { readonly maxBytes: number; readonly blockedTypes: readonly string[] }
}
/** POST /api/guest {name?} — `token` is a Bearer for /hooks/web/<account>, /api/chat/* and the socket; renewed by POST /api/guest/renew before `expiresAt`. */
export type GuestToken = { readonly token: string; readonly expiresAt: string; readonly person: string }
/** POST /hooks/web/<account>; `id` is made by the client: sent twice, it counts once. Answers 200 {} when filed. */
export type WebHookBody =
  | { readonly id: string; readonly text: string }
  | { readonly id: string; readonly choice: { readonly value: string; readonly label: string } }
  | {
      readonly id: string
      readonly file: string
      readonly name?: string
      readonly mime?: string
      readonly bytes?: number
      readonly caption?: string
    }
  | { readonly id: string; readonly started: true }
  | { readonly id: string; readonly read: { readonly upTo: string } }
/** POST /api/chat/files?name=… with the raw bytes and their Content-Type; answers FileView. 413 HUB_FILE_TOO_LARGE, 415 HUB_FILE_TYPE_BLOCKED. */
export type UploadedFile = FileView

/**
 * Socket.IO at /socket.io, `auth: {token}`. Client → server: `resume {after: seq}` (acknowledged with `ChatState`; then every later message comes
 * as `message`, each once and in order), `typing {}`. Server → client: `message` MessageView, `state` ChatState, `typing {name}`.
 */
export type ChatState = { readonly owner: OwnerView; readonly seq: number }

// — desk (technician; session cookie) —
/** GET /api/desk */
export type DeskView = {
  readonly me: TechnicianView
  readonly waiting: readonly ConversationSummary[]
  readonly mine: readonly ConversationSummary[]
  readonly others: readonly ConversationSummary[]
}
export type TechnicianView = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: 'technician' | 'admin'
  readonly presence: 'available' | 'busy' | 'away'
}
export type ConversationSummary = {
  readonly id: string
  readonly channel: string
  readonly channelTitle: string
  readonly account: string
  readonly person: { readonly id: string; readonly name: string; readonly trust: 'guest' | 'linked' | 'verified' }
  readonly owner: OwnerView
  readonly summary: string
  readonly lastMessage?: { readonly text: string; readonly at: string; readonly by: string }
  readonly lastHeardAt: string | null
  readonly unanswered: boolean
  readonly reach: 'reachable' | 'blocked' | 'left'
  /** How long the platform lets a technician write, by its own rules; `botUntil`: from then on only a human may. */
  readonly window: WindowView
}
export type WindowView =
  | { readonly state: 'always' }
  | { readonly state: 'open'; readonly until: string; readonly botUntil?: string | undefined; readonly afterwards: 'template' | 'nothing' }
  | { readonly state: 'closed'; readonly since: string | null; readonly afterwards: 'template' | 'nothing' }
/** GET /api/desk/conversations/:id?before=seq — newest page of 100, ascending. */
export type ConversationView = {
  readonly conversation: ConversationSummary
  readonly messages: readonly MessageView[]
  readonly more: boolean
}
/** POST /api/desk/conversations/:id/acts; `key` is made by the client: sent twice, it happens once. Answers ActAnswer or 409 with the reason's code. */
export type ActBody = { readonly key: string } & (
  | { readonly do: 'accept' | 'take-over' | 'return' | 'close' }
  | { readonly do: 'say'; readonly text: string; readonly choices?: readonly Choice[]; readonly files?: readonly string[] }
  /** One template that the platform has approved; the hub writes its words. */
  | { readonly do: 'say'; readonly content: readonly [TemplatePick] }
  | { readonly do: 'note'; readonly text: string }
  | { readonly do: 'transfer'; readonly to: { readonly skill: string }; readonly note?: string }
)
export type TemplatePick = {
  readonly type: 'template'
  readonly name: string
  readonly language: string
  readonly values: readonly string[]
}
/** GET /api/desk/conversations/:id/templates — what may be sent when the window is closed; `hint` says why there is nothing. */
export type TemplatesView = { readonly templates: readonly TemplateView[]; readonly hint?: string }
/** `{{1}}`, `{{2}}` … in `text` stand for the values. */
export type TemplateView = {
  readonly name: string
  readonly language: string
  readonly text: string
  readonly values: number
  readonly category?: string
}
export type ActAnswer = { readonly ok: true; readonly conversation: ConversationSummary }
/** POST /api/desk/presence {presence}; POST /api/desk/files like /api/chat/files; POST /api/desk/conversations/:id/typing */
/** Socket.IO namespace /desk (session cookie). Server → client: `desk` {} (read GET /api/desk again), `conversation` {id, seq} (read it again), `typing` {id, name}. */

// — history —
/** GET /api/history?person=&conversation=&source=&source=&from=&to=&text=&before=cursor&limit= — newest first; a guest or a signed-in person sees only their own. */
export type HistoryPage = {
  readonly messages: readonly (MessageView & { readonly conversation: string; readonly channel: string })[]
  readonly next: string | null
}

// — admin —
/** GET /api/admin/accounts */
export type AccountView = {
  readonly channel: string
  readonly title: string
  readonly account: string
  readonly state: 'green' | 'red' | 'unknown'
  readonly reason?: string
  readonly nextStep?: string
  readonly checkedAt?: string
  readonly lastIn?: string
  readonly lastOut?: string
  readonly waiting: number
  /** What the platform must call; none where the hub asks the platform, or is the channel itself. */
  readonly hookUrl?: string
  readonly facts?: { readonly [name: string]: unknown }
}
/** GET /api/admin/quarantine — raw requests that held something we could not read. */
export type QuarantineView = {
  readonly id: string
  readonly channel: string
  readonly account: string
  readonly at: string
  readonly reasons: readonly string[]
  readonly body: string
}
/** GET /api/admin/dead-letters — parts that were given up or held; POST /api/admin/dead-letters/:id/again */
export type DeadLetterView = {
  readonly id: string
  readonly conversation: string
  readonly channel: string
  readonly account: string
  readonly at: string
  readonly state: 'failed' | 'held'
  readonly reason: string
  readonly message: MessageView | null
}
/** GET /api/desk/conversations/:id/messages/:seq/journey */
export type JourneyView = {
  readonly steps: readonly {
    readonly at: string | null
    readonly step: 'received' | 'handled' | 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'held'
    readonly detail: string
  }[]
}

// — articles and their authors (admins) —
export type Readers = 'public' | 'employees' | 'technicians'
/** GET /api/admin/articles?text=&state=&audience=&after= → {items, next} */
export type ArticleLine = {
  readonly id: string
  readonly title: string
  readonly audience: Readers
  /** `changed`: people read an older version than the newest. */
  readonly state: 'draft' | 'published' | 'changed' | 'deleted'
  readonly origin: 'file' | 'hub'
  readonly readOnly: boolean
  /** The path of its file, where it comes from one. */
  readonly file: string | null
  /** The newest; 0 for a file. */
  readonly version: number
  readonly live: number | null
  readonly changedAt: string | null
  readonly changedBy: string | null
  readonly unhelped: number
}
export type ArticleText = {
  readonly title: string
  readonly keywords: readonly string[]
  readonly audience: Readers
  readonly body: string
}
/** GET /api/admin/articles/:id */
export type ArticleView = ArticleLine & ArticleText
/** GET /api/admin/articles/:id/versions */
export type ArticleVersionLine = {
  readonly number: number
  readonly title: string
  readonly state: 'draft' | 'published'
  readonly restored: number | null
  readonly at: string
  readonly by: string
}
/** GET /api/admin/articles/:id/versions/:version */
export type ArticleVersionView = ArticleVersionLine & ArticleText
/** POST and PUT of articles, and POST …/restore */
export type ArticleSaved = { readonly ok: true; readonly id: string; readonly version: number }
/** GET /api/admin/questions?order=&why=&article=&after= → {items, next}; GET and PUT /api/admin/questions/:id */
export type QuestionView = {
  readonly id: string
  /** Masked. */
  readonly words: string
  readonly why: 'nothing-found' | 'out-of-scope' | 'none-helped'
  readonly shown: readonly { readonly id: string; readonly title: string }[]
  readonly sources: readonly string[]
  readonly times: number
  readonly firstAt: string
  readonly lastAt: string
  readonly state: 'open' | 'done' | 'dismissed'
  readonly reason: string | null
  readonly answeredBy: { readonly id: string; readonly title: string } | null
  readonly settledBy: string | null
  readonly settledAt: string | null
}
/** POST /api/admin/articles-trial {question, reader, draft?} */
export type ArticleTrial = { readonly takenFor: readonly string[]; readonly now: TrialAnswer; readonly withDraft: TrialAnswer | null }
export type TrialAnswer = {
  readonly answer: 'quote' | 'suggest' | 'nothing'
  readonly quote: string
  /** The first is the one quoted. `id` null: the draft, where it has none yet. */
  readonly articles: readonly { readonly id: string | null; readonly title: string; readonly draft: boolean }[]
  readonly corrected: readonly { readonly from: string; readonly to: string }[]
}

// — request page (whoever holds its link) —
/** GET /api/request-page/:number with the link's token as Bearer; POST …/comments {key, text}; POST …/reopen {key, why}. */
export type RequestPageView = {
  readonly deskName: string
  readonly number: string
  readonly subject: string
  readonly description: string
  readonly status: 'approval' | 'open' | 'in-progress' | 'waiting' | 'resolved' | 'closed' | 'cancelled' | 'rejected'
  readonly priority: 'low' | 'medium' | 'high' | 'critical'
  readonly openedAt: string
  readonly changedAt: string
  readonly item: string | null
  readonly fields: readonly { readonly label: string; readonly value: string }[]
  readonly technician: string | null
  readonly resolution: string | null
  readonly approvals: readonly { readonly title: string; readonly state: 'later' | 'pending' | 'approved' | 'rejected' | 'withdrawn' }[]
  readonly comments: readonly {
    readonly at: string
    readonly by: 'person' | 'technician' | 'system'
    readonly name: string
    readonly text: string
  }[]
  readonly files: readonly FileView[]
  readonly mayComment: boolean
  readonly mayReopen: boolean
}

// — passwords and accounts —
/** POST /api/passwords/look {token}. `account` is masked; the directory has rules of its own besides. */
export type ResetLinkView = {
  readonly account: string
  readonly name: string
  readonly expiresAt: string
  readonly rules: { readonly minLength: number; readonly maxLength: number; readonly hints: readonly string[] }
}
/** POST /api/passwords/set {token, password}. Not ok: the link stays good, and `words` say what is wanted. */
export type PasswordSet = { readonly ok: true } | { readonly ok: false; readonly words: readonly string[] }
export type PersonAccount = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly locked: boolean
  readonly mustChange: boolean
}
/** GET /api/admin/people */
export type AccountsPage = { readonly accounts: readonly PersonAccount[] }
/** POST /api/admin/people {email, name, password?}. `link`: by it the owner sets the first password; null where one was given. */
export type AccountMade = { readonly account: PersonAccount; readonly link: string | null }

// — playground (loopback only) —
/** GET /api/playground/mails: what would have been mailed, newest first. */
export type PlaygroundMails = {
  readonly mails: readonly {
    readonly id: string
    readonly to: string
    readonly at: string
    readonly subject: string
    readonly text: string
  }[]
}
/** GET /api/playground — 404 where the playground does not run. POST /api/playground/sign-in sets the session of its technician. */
export type PlaygroundView = {
  readonly technician: { readonly name: string }
  readonly emulators: readonly { readonly channel: string; readonly title: string; readonly account: string; readonly url: string }[]
}
