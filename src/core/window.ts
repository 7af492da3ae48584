import type { Capabilities, Why } from '../channel/index.ts'

type ReplyWindow = Capabilities['replyWindow']

/** May we write now? `until` (ISO 8601) is missing where the platform has no window; `tag` must go with the call. */
export type Window =
  | { readonly open: true; readonly until?: string }
  | { readonly open: true; readonly tag: string; readonly until: string }
  | { readonly open: false }

/** The first window that fits author and time; dates are ISO 8601, `lastHeardAt` is null where the person never wrote. */
export function windowFor(windows: ReplyWindow, lastHeardAt: string | null, author: Why['author'], now: string): Window {
  if (windows === null) return { open: true }
  for (const { hours, for: whom, tag } of windows) {
    const until = ending(lastHeardAt, hours)
    if (until === undefined || (whom === 'technician' && author !== 'technician') || Date.parse(now) >= Date.parse(until)) continue
    return tag === undefined ? { open: true, until } : { open: true, tag, until }
  }
  return { open: false }
}

/** The same in the words of `Why`, for `Adapter.render`. */
export const windowOfWhy = (window: Window): Why['window'] => (!window.open ? 'closed' : 'tag' in window ? { tag: window.tag } : 'open')

/** What the technician's composer shows. `botUntil`: from then on the virtual agent is silent and only a human may write. */
export type WindowHint =
  | { readonly state: 'always' }
  | { readonly state: 'open'; readonly until: string; readonly botUntil?: string; readonly afterwards: 'template' | 'nothing' }
  | { readonly state: 'closed'; readonly since: string | null; readonly afterwards: 'template' | 'nothing' }

/** How long a technician may still write, over all windows that are theirs. */
export function windowHint(can: Pick<Capabilities, 'replyWindow' | 'template'>, lastHeardAt: string | null, now: string): WindowHint {
  if (can.replyWindow === null) return { state: 'always' }
  const afterwards = can.template ? 'template' : 'nothing'
  const until = latest(can.replyWindow, lastHeardAt)
  if (until === undefined || Date.parse(now) >= Date.parse(until)) return { state: 'closed', since: until ?? null, afterwards }
  const forAnyone = latest(
    can.replyWindow.filter((window) => window.for === 'anyone'),
    lastHeardAt,
  )
  return { state: 'open', until, ...(forAnyone && forAnyone !== until ? { botUntil: forAnyone } : {}), afterwards }
}

/** The hint as a sentence; `clock` writes a date for the reader's zone and language. Empty where there is nothing to know. */
export function describeWindow(hint: WindowHint, clock: (iso: string) => string): string {
  switch (hint.state) {
    case 'always':
      return ''
    case 'open':
      return `Can be written to until ${clock(hint.until)}; after that ${hint.afterwards === 'template' ? 'only with a template' : 'not before they write again'}.`
    case 'closed': {
      const since = hint.since === null ? 'They have not written yet' : `Closed since ${clock(hint.since)}`
      return `${since}: ${hint.afterwards === 'template' ? 'only a template can be sent' : 'nothing can be sent before they write'}.`
    }
  }
}

function ending(from: string | null, hours: number): string | undefined {
  const start = from === null ? Number.NaN : Date.parse(from)
  return Number.isNaN(start) ? undefined : new Date(start + hours * 3_600_000).toISOString()
}

const latest = (windows: NonNullable<ReplyWindow>, lastHeardAt: string | null): string | undefined =>
  windows.length === 0 ? undefined : ending(lastHeardAt, Math.max(...windows.map(({ hours }) => hours)))
