import type { MediaKind } from './content.ts'
import type { ReceiptStatus } from './event.ts'

/** What a channel can do, as data. The core degrades content by it; the contract suite proves every line of it. */
export type Capabilities = {
  readonly text: {
    /** In UTF-16 code units unless `unit` says otherwise. */
    readonly maxLength: number
    readonly unit?: 'utf16' | 'bytes'
    /** True where `render` turns markdown into something the person sees; false: the core takes the marks away. */
    readonly markdown: boolean
  }
  readonly choices: { readonly max: number; readonly maxLabel: number; readonly maxValueBytes: number; readonly maxText: number } | false
  readonly card:
    | { readonly maxChoices: number; readonly maxTitle: number; readonly maxText: number; readonly image: boolean; readonly link: boolean }
    | false
  /** Questions that are filled in and sent together; false: they are asked one after the other. */
  readonly form:
    | {
        readonly maxFields: number
        readonly maxOptions: number
        /** Of a label, an option or a button. */
        readonly maxLabel: number
        readonly maxValueBytes: number
        /** Of title and text together, of a hint, and of what is filled in beforehand. */
        readonly maxText: number
        /** Of all its words and values together, in UTF-16 code units. */
        readonly maxTotal: number
      }
    | false
  readonly media: { readonly [kind in MediaKind]: { readonly maxBytes: number; readonly mime?: readonly string[] } | false } & {
    readonly maxCaption: number
  }
  readonly place: boolean
  readonly contact: boolean
  readonly template: boolean
  /** Receipts the platform sends back to us. */
  readonly receipts: readonly ReceiptStatus[]
  readonly typing: boolean
  /** May a message of ours be changed after it was sent (`revise`)? */
  readonly edit: boolean
  readonly reactions: boolean
  /** When we may write after the person's last message; null: always. The first that fits holds; `tag` must go with the call. */
  readonly replyWindow: readonly { readonly hours: number; readonly for: 'anyone' | 'technician'; readonly tag?: string }[] | null
  /** True where sending twice with one key reaches the person once. */
  readonly idempotentSend: boolean
  /** Messages one API call may carry (LINE: 5). */
  readonly messagesPerCall: number
  /** The published rate per account; null where there is none. Paces only after a `throttled` failure, and broadcasts. */
  readonly sendsPerSecond: number | null
  /** `listener`: only the process that holds the account's socket can send. */
  readonly sendsFrom: 'anywhere' | 'listener'
  /** What a conversation here costs, in words for the admin, where it is not free. */
  readonly cost?: string
}
