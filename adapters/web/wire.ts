import { z } from 'zod'
import type { Content } from '../../src/channel/index.ts'

/** In UTF-16 code units; people paste whole logs. */
export const longestHeard = 100_000

/** Postgres keeps neither NUL nor half of a surrogate pair; nobody types either. */
const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .transform((given) => given.toWellFormed().replaceAll('\0', '\ufffd'))

/** Made by the client; a colon is ours, so that its ids never meet those of our messages. */
const clientId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
const base = { id: clientId }

/** What a page may post, by the key that tells what it is; whatever else stands in the body is left alone. */
export const bodies = {
  text: z.object({ ...base, text: text(longestHeard).refine((given) => given.trim() !== '') }),
  choice: z.object({ ...base, choice: z.object({ value: text(1_000).refine((value) => value !== ''), label: text(1_000) }) }),
  file: z.object({
    ...base,
    file: z.uuid(),
    caption: text(4_000).optional(),
    /** As the upload answered; a hint for what is shown first, the hub serves the file as what it found it to be. */
    name: text(200).optional(),
    mime: z
      .string()
      .max(100)
      .regex(/^[\w.+-]+\/[\w.+-]+$/)
      .optional(),
    bytes: z.int().min(0).optional(),
  }),
  started: z.object({ ...base, started: z.literal(true) }),
  read: z.object({ ...base, read: z.object({ upTo: z.iso.datetime({ offset: true }) }) }),
} as const
export type BodyKind = keyof typeof bodies
export const bodyKinds = Object.keys(bodies) as readonly BodyKind[]

/** Every body names itself, also those of kinds that we do not know yet. */
export const anyBody = z.looseObject(base)

/** What a file that a page has uploaded is called in an event: the hub's own id of the upload. */
export type UploadRef = { readonly upload: string }

/** A whole message, as the page draws it. */
export type Payload = { readonly contents: readonly Content[] }

/**
 * What is pushed to `web:<account>:<conversation>`. A page reads messages by number from the hub, so for it this is only a hint that there is
 * something up to `upTo`, and a push that comes twice shows nothing twice; `contents` is for whoever only previews.
 */
export type Push =
  | { readonly upTo: number | null; readonly messages: readonly string[]; readonly contents: readonly Content[] }
  | { readonly upTo: number | null; readonly revised: string; readonly contents: readonly Content[] | null }
  | { readonly typing: true }
