import type { ConversationId } from '../core/conversation.ts'
import type { Filed, Pending } from './ports.ts'

/** Turns that are kept for whoever takes them, at most; what is beyond is read as ever. */
const mostKept = 1024

/**
 * What was filed a moment ago and stood alone needs not be read again for its turn. Kept in this process until somebody takes it, or is rung for the same
 * conversation; where it is out of date all the same, the turn loses by its version like any other that is overtaken.
 */
export function makeFresh() {
  const kept = new Map<ConversationId, Pending>()
  const forget = (conversations: readonly ConversationId[]): void => {
    for (const conversation of conversations) kept.delete(conversation)
  }
  return {
    /** What was filed together, told after its own ring. A conversation with anything else waiting, or with files or an album, is read. */
    keep(filed: readonly Filed[]): void {
      for (const [conversation, entries] of Map.groupBy(filed, (one) => one.conversation)) {
        const alone = entries.flatMap((one) => (one.alone && !one.files && !one.album ? one.alone : []))
        if (alone.length < entries.length || kept.size >= mostKept) kept.delete(conversation)
        else kept.set(conversation, { conversation: alone[0]!.conversation, entries: alone.map(({ entry }) => entry), more: false })
      }
    },
    forget,
    /** Those of these conversations that need not be read; each is given out once. */
    take(conversations: readonly ConversationId[]): readonly Pending[] {
      const taken = conversations.flatMap((conversation) => kept.get(conversation) ?? [])
      forget(conversations)
      return taken
    },
  }
}
export type Fresh = ReturnType<typeof makeFresh>
