import type { FileId, Json } from './ids.ts'

/** What people and the hub say to each other, the same list in both directions. */
export type Content = Text | Media | Place | Contact | Choices | Card | Form | Template | Unreadable

/** `markdown` is CommonMark's inline set, lists, quotes, code and links; everything else is text as typed. */
export type Text = { readonly type: 'text'; readonly text: string; readonly format?: 'plain' | 'markdown' }

export type MediaKind = 'image' | 'audio' | 'video' | 'file'
/** `sticker`: a picture that stands for a feeling; shown as a picture, named by `caption`. */
export type Media = {
  readonly type: 'media'
  readonly kind: MediaKind
  readonly file: FileRef
  readonly caption?: string
  readonly sticker?: boolean
}

export type Place = {
  readonly type: 'place'
  readonly latitude: number
  readonly longitude: number
  readonly name?: string
  readonly address?: string
}

/** A business card. `own` is true only where the platform proves that it is the sender's. */
export type Contact = {
  readonly type: 'contact'
  readonly name: string
  readonly phones: readonly string[]
  readonly emails: readonly string[]
  readonly own?: boolean
}

export type Choices = { readonly type: 'choices'; readonly text: string; readonly choices: readonly Choice[] }
/** `value` is what comes back when it is chosen; `label` is what the person reads. */
export type Choice = { readonly value: string; readonly label: string }

export type Card = {
  readonly type: 'card'
  readonly title: string
  readonly text?: string
  readonly image?: FileRef
  readonly link?: Link
  readonly choices?: readonly Choice[]
}
export type Link = { readonly label: string; readonly url: string }

/**
 * Several questions at once, sent together by one button. Only where the channel has forms (`capabilities.form`); everywhere else the person gets
 * `otherwise`, which asks the same one after the other. What was filled in comes back as a choice of `submit.value` with its `fields`.
 */
export type Form = {
  readonly type: 'form'
  readonly title: string
  readonly text?: string
  readonly fields: readonly FormField[]
  readonly submit: Choice
  /** Further buttons that leave the form as it is (cancel). */
  readonly choices?: readonly Choice[]
  readonly otherwise: readonly Content[]
}
/** `name` is what comes back; `value` is filled in beforehand. A `choice` gives the value of one of its options, a `date` an ISO day. */
export type FormField = {
  readonly name: string
  readonly label: string
  readonly required: boolean
  readonly value?: string
  readonly hint?: string
} & ({ readonly kind: 'text' | 'long-text' | 'date' } | { readonly kind: 'choice'; readonly options: readonly Choice[] })

/** A message the platform has approved beforehand; the only thing some allow outside their reply window. */
export type Template = {
  readonly type: 'template'
  readonly name: string
  readonly language: string
  readonly values: readonly string[]
  /** What the person reads, for history and for channels without templates. */
  readonly text: string
  /** Where the values go: the note of `ApprovedTemplate`, handed back as it was. Without it they are the body's, in their order. */
  readonly layout?: Json
}

/** Inbound only: something arrived that we cannot read yet. Said plainly, never dropped. */
export type Unreadable = { readonly type: 'unreadable'; readonly platformType: string; readonly text?: string }

/** Bytes somewhere: at the platform (`ref`, read by the adapter's `fetchFile`), kept by the hub (`stored`), or public (`url`, outbound only). */
export type FileRef = { readonly mime?: string; readonly name?: string; readonly bytes?: number } & (
  | { readonly url: string }
  | { readonly ref: Json }
  | { readonly stored: FileId }
)
