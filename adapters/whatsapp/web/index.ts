import type { AccountId, Adapter, AdapterDeps, Health } from '../../../src/channel/index.ts'
import type { WebConfig } from '../config.ts'
import { classify, refused } from './errors.ts'
import { readBlocked, readStatus, staleAfterMs } from './folder.ts'
import { listen } from './listen.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { asked, fetchFile, type Open, revise, send } from './send.ts'
import { type Session, type Times, usualTimes } from './session.ts'
import { within } from './tell.ts'
import type { WebPayload, WebReplyTo } from './wire.ts'

/** For tests: a page in place of WhatsApp's, shorter waits, and a look at each browser that is started. */
export type WebOptions = {
  readonly page?: { readonly version: string; readonly path: string }
  readonly times?: Partial<Times>
  readonly started?: (session: Session) => void
}

/**
 * WhatsApp through a browser signed in as a phone: unofficial, and WhatsApp may bar the number for it. The process that listens holds the
 * browser, so it alone can send (`sendsFrom: 'listener'`); without a browser that is ready a send fails as `not-listening` and is tried again.
 */
export function createWeb(
  { id: account, config: keys }: { readonly id: AccountId; readonly config: WebConfig },
  deps: AdapterDeps,
  options: WebOptions = {},
): Adapter<WebPayload> {
  const folder = keys.sessionDir
  let open: Open | undefined
  let listening: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined
  const holding = (): Open => {
    if (open) return open
    throw refused('not-listening', 'This process does not hold the linked browser, or it is not ready; nothing was sent.')
  }
  return {
    verify: async ({ via }) =>
      via === 'listen' ? { ok: true } : { ok: false, status: 403, reason: 'WhatsApp Web has no webhook: this account listens by itself.' },
    parse: (request) => parse(request, account),
    render: (contents) => render(contents),
    send: async (payload, to, attempt) => send(holding(), deps, payload, to, attempt),
    classify,
    check: (signal) => check(folder, open, signal),
    acknowledge: async ({ kind, from }) => {
      if (open && kind === 'message') await open.client.sendSeen((from.reply as WebReplyTo).chat)
    },
    typing: async (to) => {
      const { client } = holding()
      const chat = await client.getChatById((to.reply as WebReplyTo).chat)
      await chat?.sendStateTyping()
    },
    revise: async (payload, _, message, attempt) => revise(holding(), deps, payload, message, attempt),
    react: async (_, message, emoji) => {
      const { client, over } = holding()
      const found = await client.getMessageById(message)
      if (!found) throw refused('too_old', 'WhatsApp Web does not have this message any more.')
      await asked(() => found.react(emoji), [over])
    },
    fetchFile: async (ref, signal) => fetchFile(holding(), ref, signal),
    isGroup: (to) => to.conversation.startsWith('group:'),
    listen: async (door, report, signal) => {
      await listening?.ended
      const stop = new AbortController()
      const needs = {
        account,
        folder,
        chromiumPath: keys.chromiumPath,
        phone: keys.phoneNumber,
        deps,
        times: { ...usualTimes, ...options.times },
        page: options.page,
        open: (now: Open | undefined) => {
          open = now
        },
        started: options.started ?? (() => undefined),
      }
      const running = listen(needs, door, report, AbortSignal.any([signal, stop.signal]))
      const ended = running.catch(() => undefined)
      listening = { stop, ended }
      await running
    },
    close: async () => {
      listening?.stop.abort()
      await listening?.ended
    },
  }
}

/** In the listening process the page is asked; elsewhere what that process has written beside its session. */
async function check(folder: string, open: Open | undefined, signal: AbortSignal): Promise<Health> {
  const facts = { transport: 'web', unofficial: true }
  try {
    const blocked = await readBlocked(folder)
    if (blocked) {
      const detail = `WhatsApp blocked this number on ${blocked.at.slice(0, 10)}; the hub does not try again (${blocked.state}).`
      return { ok: false, detail, facts: { ...facts, code: 'blocked' } }
    }
    if (open) {
      const state = await Promise.race([within(open.client.getState(), 10_000), cut(signal)])
      const { wid, pushname } = open.client.info
      const who = `+${wid.user}${pushname ? ` (${pushname})` : ''}`
      const ok = String(state) === 'CONNECTED'
      const detail = ok ? `${who} is linked through WhatsApp Web, which is unofficial.` : `WhatsApp Web (unofficial) says ${state}.`
      return { ok, detail, facts: { ...facts, number: wid.user, state: String(state) } }
    }
    const told = await readStatus(folder)
    if (!told || Date.now() - told.at > staleAfterMs)
      return { ok: false, detail: 'No process holds the browser of WhatsApp Web (unofficial).', facts: { ...facts, code: 'not-listening' } }
    return {
      ok: told.state === 'open',
      detail: told.detail || `WhatsApp Web (unofficial): ${told.state}.`,
      facts: { ...facts, state: told.state },
    }
  } catch {
    return { ok: false, detail: 'The browser of WhatsApp Web (unofficial) does not answer.', facts: { ...facts, code: 'page_error' } }
  }
}

const cut = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
