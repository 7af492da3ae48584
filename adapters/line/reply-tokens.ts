import type { ReplyTo } from './wire.ts'

/** "must be used within one minute": https://developers.line.biz/en/reference/messaging-api/#send-reply-message */
const tokenMs = 50_000
/** One that is told again may be used for a minute from then, until 20 minutes after the event; when it was told again is not known. */
const againMs = 20 * 60_000
const mostPlaces = 10_000
const mostInOne = 20

type Heard = { readonly token: string; readonly until: number }
/** `retried`: a call of the same part has tried it before and got no answer. */
export type Picked = { readonly token: string; readonly retried: boolean }

/**
 * What this process knows of reply tokens, for the minutes in which they live. A conversation's address holds the newest alone; each
 * message brought one, and each is an answer free of charge. What another process has used, LINE refuses, and the answer is pushed.
 */
export function makeReplyTokens(now: () => Date) {
  const heard = new Map<string, readonly Heard[]>()
  const spent = new Set<string>()
  const unanswered = new Map<string, string>()

  const live = (some: readonly Heard[]) => some.filter(({ token, until }) => until > now().getTime() && !spent.has(token))
  return {
    hear({ to, token, at = '', again }: ReplyTo): void {
      if (token === undefined) return
      const before = live(heard.get(to) ?? []).filter((one) => one.token !== token)
      heard.delete(to)
      heard.set(to, [...before, { token, until: Date.parse(at) + (again ? againMs : tokenMs) }].slice(-mostInOne))
      forgetOldest(heard, mostPlaces)
    },
    /** The token that this part has tried already, else the one that is over first. */
    pick(reply: ReplyTo, part: string): Picked | undefined {
      const tried = unanswered.get(part)
      if (tried !== undefined) return spent.has(tried) ? undefined : { token: tried, retried: true }
      this.hear(reply)
      const taken = new Set(unanswered.values())
      const free = live(heard.get(reply.to) ?? []).filter(({ token }) => !taken.has(token))
      const [first] = free.toSorted((a, b) => a.until - b.until)
      return first && { token: first.token, retried: false }
    },
    spend(token: string, part: string): void {
      unanswered.delete(part)
      spent.add(token)
      forgetOldest(spent, mostPlaces)
    },
    /** Nobody knows whether LINE has used it. */
    lose(token: string, part: string): void {
      unanswered.set(part, token)
      forgetOldest(unanswered, mostPlaces)
    },
  }
}
export type ReplyTokens = ReturnType<typeof makeReplyTokens>

function forgetOldest(some: { readonly size: number; keys(): Iterable<string>; delete(key: string): boolean }, most: number): void {
  if (some.size <= most) return
  for (const oldest of some.keys()) return void some.delete(oldest)
}
