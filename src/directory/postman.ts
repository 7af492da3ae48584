import { setTimeout as wait } from 'node:timers/promises'
import type { Directory } from '../core/directory.ts'
import type { Log } from '../pipeline/ports.ts'
import type { Claimed, Outbox } from './outbox.ts'
import type { Post } from './smtp.ts'

/** How mails leave: by a server, by being kept where the playground shows them, or not at all. */
export type Way = { readonly by: 'post'; readonly post: Post } | { readonly by: 'mailbox' } | { readonly by: 'nothing' }

/** Mails under way at once. */
const width = 4
/** How often the outbox is looked into when nobody rang, in ms. */
const lookMs = 5_000
/** Before the second try, the third and so on, in ms; greylisting wants a minute or five. */
const pauses = [10_000, 30_000, 60_000, 120_000, 300_000]
const pauseAfter = (attempts: number): number => pauses[Math.min(attempts, pauses.length) - 1] ?? 300_000

type Needs = {
  readonly outbox: Outbox
  readonly way: Way
  readonly directory: Directory
  readonly log: Log
  readonly now: () => Date
}

/** Sends what lies in the outbox, off everybody's way, with retries until a mail is of no use any more. */
export function makePostman({ outbox, way, directory, log, now }: Needs) {
  let closed = false
  let running: Promise<void> | undefined
  let rung = false
  let timer: NodeJS.Timeout | undefined
  let working = false

  async function serve(mail: Claimed): Promise<void> {
    const at = { step: 'mail', mail: mail.id }
    if (now() >= mail.until) {
      log.warn({ ...at, outcome: 'late' }, 'a mail could not be sent while it was of use')
      return outbox.failed(mail.id, 'late')
    }
    let to = mail.to
    if (mail.onFile) {
      const account = await directory.find(mail.to)
      if (!account) return outbox.dropped(mail.id)
      if (account.email !== to) await outbox.meant(mail, account.email)
      to = account.email
    }
    if (way.by === 'nothing') return outbox.dropped(mail.id)
    if (way.by === 'mailbox') return outbox.keep(mail.id)
    const sent = await way.post.send(to, mail.letter, `switchboard.${mail.id}.${mail.until.getTime().toString(36)}`)
    if (sent.do === 'sent') {
      log.info({ ...at, outcome: 'sent' }, 'a mail was sent')
      return outbox.sent(mail.id)
    }
    if (sent.do === 'refused') {
      log.warn({ ...at, outcome: 'refused', reason: sent.why }, 'a mail was refused for good')
      return outbox.failed(mail.id, sent.why)
    }
    log.warn({ ...at, outcome: 'later', reason: sent.why }, 'a mail could not be sent; it is tried again')
    return outbox.later(mail.id, new Date(now().getTime() + pauseAfter(mail.attempts)), sent.why)
  }

  async function attempt(mail: Claimed): Promise<void> {
    try {
      await serve(mail)
    } catch (error) {
      log.warn({ step: 'mail', mail: mail.id, outcome: 'later', error }, 'a mail could not be sent; it is tried again')
      await outbox.later(mail.id, new Date(now().getTime() + pauseAfter(mail.attempts)), 'inside').catch(() => undefined)
    }
  }

  /** Everything that is due now; resolves when nothing is left. */
  async function round(): Promise<void> {
    for (;;) {
      const mails = await outbox.claim(width)
      if (mails.length === 0) return
      await Promise.all(mails.map(attempt))
      if (closed) return
    }
  }

  function look(): Promise<void> {
    rung = true
    running ??= (async () => {
      while (rung && !closed) {
        rung = false
        await round().catch((error: unknown) => log.warn({ step: 'mail', outcome: 'store', error }, 'the outbox could not be read'))
      }
      running = undefined
    })()
    return running
  }

  return {
    /** Can anything be mailed here? */
    sends: way.by !== 'nothing',
    /** Something was put into the outbox. */
    ring(): void {
      if (working && !closed) void look()
    },
    /** Sends what is due, and resolves when that is done. */
    look,
    /** From now on mails leave by themselves. */
    start(): void {
      working = true
      const plan = async (): Promise<void> => {
        await look()
        const next = await outbox.nextDue().catch(() => null)
        if (closed) return
        const ms = next === null ? lookMs : Math.min(Math.max(next.getTime() - now().getTime(), 50), lookMs)
        timer = setTimeout(() => void plan(), ms)
        timer.unref()
      }
      void plan()
    },
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      await Promise.race([running, wait(5_000, undefined, { ref: false })])
      if (way.by === 'post') way.post.close()
    },
  }
}
