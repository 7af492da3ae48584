import { createTransport } from 'nodemailer'
import type { Letter } from './letters.ts'

/** What a mail server made of a mail. `later`: it may take it another time. */
export type Sent =
  | { readonly do: 'sent' }
  | { readonly do: 'later'; readonly why: string }
  | { readonly do: 'refused'; readonly why: string }
/** A way for mails to leave. */
export type Post = {
  send(to: string, letter: Letter, id: string): Promise<Sent>
  /** Does the server answer, with these credentials? Never throws. */
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>
  close(): void
}

const connectMs = 10_000
const silenceMs = 20_000

/**
 * Mail by SMTP. `url` is smtps://user:password@host, or smtp:// (port 587 by default), which switches to TLS before it says anything secret, unless the
 * server is on this machine. `id` makes the Message-ID, so that a mail that was sent twice by a crash is seen to be the same.
 */
export function makeSmtp({ url, from }: { readonly url: string; readonly from: string }): Post {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const here = /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host)
  const transport = createTransport({
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !here,
    // A server on this machine seldom has a certificate that fits, and nobody stands between.
    ignoreTLS: !secure && here,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = /@([^\s>]+)>?$/.exec(from)?.[1] ?? 'switchboard.localhost'
  return {
    async send(to, { subject, text, html }, id) {
      try {
        await transport.sendMail({
          from,
          // As an object, so that nothing in it is read as a list of addresses.
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId: `<${id}@${domain}>`,
          // Nobody answers a machine with a machine: https://www.rfc-editor.org/rfc/rfc3834
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        })
        return { do: 'sent' }
      } catch (error) {
        return verdict(error)
      }
    },
    async check() {
      try {
        await transport.verify()
        return { ok: true, detail: `${host} takes mail.` }
      } catch (error) {
        const { why } = verdict(error)
        return { ok: false, detail: `${host} takes no mail: ${why}` }
      }
    },
    close: () => transport.close(),
  }
}

type Refusal = Exclude<Sent, { readonly do: 'sent' }>

/** A reply of class 5 to a recipient or a letter is final (RFC 5321, 4.2.1). Credentials and TLS may be put right, and everything else may pass. */
function verdict(error: unknown): Refusal {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown }
  const reply = typeof responseCode === 'number' ? responseCode : undefined
  const word = typeof code === 'string' ? code : 'unknown'
  // The server's own words may repeat the address, or the letter: its number says enough.
  const why = reply === undefined ? word : `${word} ${reply}`
  const final = reply !== undefined && reply >= 500 && reply < 600 && (word === 'EENVELOPE' || word === 'EMESSAGE')
  return { do: final ? 'refused' : 'later', why }
}
