import { tellingOf } from './dialogues/catalogue-search.ts'
import type { Found } from './knowledge/search.ts'
import type { Article } from './ports.ts'
import type { Language } from './understand/language.ts'

/** What a person may want from the service desk; each becomes a dialogue of its own. */
export const WISHES = [
  'create_request',
  'report_incident',
  'open_requests',
  'request_status',
  'pending_approvals',
  'approve',
  'reject',
  'reset_password',
  'account_locked',
] as const
export type Wish = (typeof WISHES)[number]
export const isWish = (word: string): word is Wish => (WISHES as readonly string[]).includes(word)

/**
 * All that understanding may say. Commands are data: only the dialogues decide what happens, so that no reading of a text, however wrong, acts by itself.
 * `look`, `open` and some wishes need the articles first (see `needsOf`); what was found comes back in `found` and `article`.
 */
export type Command =
  | {
      readonly do:
        | 'greet'
        | 'thank'
        | 'leave'
        | 'hours'
        | 'help'
        | 'chat'
        | 'complain'
        | 'cancel'
        | 'back'
        | 'repeat'
        | 'affirm'
        | 'deny'
        | 'correct'
    }
  | { readonly do: 'start'; readonly wish: Wish; readonly text: string; readonly found?: Found }
  | { readonly do: 'hand-off' }
  /** Whether to tell of changes of their requests. */
  | { readonly do: 'notices'; readonly on: boolean }
  | { readonly do: 'clarify'; readonly intents: readonly [string, string]; readonly text: string }
  /** `item`: what of the catalogue may be wanted. `near`: the wish it sounds most like. `foreign`: it sounds like nothing of a support desk. `quiet`: part of a longer message, say nothing rather than "I don't know". */
  | {
      readonly do: 'look'
      readonly text: string
      readonly near: string | null
      readonly foreign: boolean
      readonly quiet: boolean
      readonly found?: Found
      readonly item?: { readonly id: string; readonly title: string }
    }
  | { readonly do: 'open'; readonly id: string; readonly article?: Article | null }
  | { readonly do: 'helped' | 'none-helped' | 'dismiss' | 'cannot' | 'warn-secret' | 'take-file' | 'unreadable' | 'failed' }
  /** A choice of an earlier message, which a dialogue may still know. */
  | { readonly do: 'stale'; readonly value: string }
  /** Pressed again after it was sent. `number`: null where the desk keeps it for later. */
  | { readonly do: 'sent'; readonly number: string | null }
  | { readonly do: 'answer-in'; readonly language: Exclude<Language, 'en'> }

/** The values of our choices. `intent:…` and `article:…` carry their name; the rest stand alone. */
export const VALUES = {
  technician: 'technician',
  helped: 'helped',
  noneHelped: 'none_helped',
  dismiss: 'no_thanks',
  menu: 'menu',
  somethingElse: 'something_else',
  hours: 'hours',
} as const
export const articleValue = (id: string): string => `article:${id}`
export const intentValue = (intent: string): string => `intent:${intent}`

/** What must be fetched before the command can be answered; null: nothing, it is answered at once. */
export const needsOf = (command: Command): { readonly find: string } | { readonly open: string } | null => {
  switch (command.do) {
    case 'look':
      return command.found === undefined ? { find: command.text } : null
    case 'open':
      return command.article === undefined ? { open: command.id } : null
    case 'start':
      return command.found === undefined && describes(command) ? { find: command.text } : null
    default:
      return null
  }
}

/** Is there something in the text that an article may be about, beyond the wish itself? */
const describes = ({ wish, text }: { readonly wish: Wish; readonly text: string }): boolean =>
  wish === 'report_incident' && tellingOf(text).length >= 1

/** Said out of politeness; swallowed where the same breath holds a real wish. */
export const isSocial = (command: Command): boolean =>
  command.do === 'greet' || command.do === 'thank' || command.do === 'chat' || command.do === 'take-file' || command.do === 'dismiss'
