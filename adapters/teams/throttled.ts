import type { ConversationKey } from '../../src/channel/index.ts'
import { TeamsRefusal, ThreadIsBusy } from './errors.ts'

/** So many conversations refused within so long mean the tenant's limit and not that of each: a guess of ours, for Teams does not say which it was. */
const severalConversations = 4
const withinMs = 10_000
const mostKept = 1000

/**
 * Teams limits each thread (7 a second, 60 in 30 seconds) besides the tenant (50 a second), and answers both alike. One thread that is too busy must
 * not hold up all others: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
 */
export function makeThrottled(now: () => Date) {
  const refused = new Map<ConversationKey, number>()
  return async <Result>(conversation: ConversationKey, call: Promise<Result>): Promise<Result> => {
    try {
      return await call
    } catch (error) {
      if (!(error instanceof TeamsRefusal) || error.status !== 429) throw error
      const at = now().getTime()
      for (const [key, since] of refused) if (at - since > withinMs || refused.size > mostKept) refused.delete(key)
      refused.set(conversation, at)
      throw refused.size < severalConversations ? new ThreadIsBusy(error) : error
    }
  }
}
