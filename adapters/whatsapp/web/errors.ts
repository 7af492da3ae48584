import { type Failure, type FailureKind, PlatformError } from '../../../src/channel/index.ts'
import { networkFailure } from '../../../src/channel/kit/http.ts'

/** The page was asked to send, and no clear answer came: WhatsApp Web keeps what it could not send, and may send it later. */
export class PageUnsure extends Error {
  override readonly name = 'PageUnsure'
}

const kinds: { readonly [code: string]: FailureKind } = {
  'not-listening': 'transient',
  session_in_use: 'transient',
  not_prepared: 'transient',
  library_missing: 'unauthorized',
  chromium_missing: 'unauthorized',
  blocked: 'unauthorized',
  not_on_whatsapp: 'unreachable',
  no_lid: 'unreachable',
  bad_file: 'rejected',
  file_gone: 'rejected',
  too_old: 'rejected',
}

/** Pure and total. The words are ours: those of the page may quote. */
export function classify(error: unknown): Failure {
  if (error instanceof PlatformError) {
    const kind = Object.hasOwn(kinds, error.code) ? kinds[error.code]! : 'transient'
    return { kind, code: error.code, detail: error.message }
  }
  if (error instanceof PageUnsure)
    return {
      kind: 'uncertain',
      code: 'page_unsure',
      detail: 'WhatsApp Web gave no clear answer; it may have sent the message, or may do so later.',
    }
  const network = networkFailure(error)
  // Only files are fetched over the network here, before anything is sent.
  if (network) return { kind: 'transient', code: network.code, detail: 'A file could not be fetched; nothing was sent.' }
  return { kind: 'transient', code: 'page_error', detail: 'The browser with WhatsApp Web failed before anything was sent.' }
}

export const refused = (code: keyof typeof kinds & string, message: string, options?: ErrorOptions): PlatformError =>
  new PlatformError({ status: 503, code, message }, options)

/** What an error of the page says of a send that was under way. */
export function afterAsking(error: unknown): Error {
  const said = error instanceof Error ? error.message : String(error)
  if (/no lid for user|lid is missing/i.test(said))
    return refused('no_lid', 'WhatsApp Web cannot write to this person until they write first.', { cause: error })
  if (/media-fault|upload failed|invalid media|could not (decode|process)/i.test(said))
    return refused('bad_file', 'WhatsApp Web does not take the file: its kind or its content is not one of those it knows.', {
      cause: error,
    })
  return new PageUnsure('WhatsApp Web gave no clear answer', { cause: error })
}
