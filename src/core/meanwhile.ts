import type { Content, EventId } from '../channel/index.ts'
import type { Happening } from './conversation.ts'
import { type Draft, say } from './draft.ts'

/** Says what there is of an answer before it is there; `event` is what it answers. What was said under the key before gives way to it. */
export function sayMeanwhile(draft: Draft, content: Content, key: string, event: EventId): void {
  say(draft, { by: 'virtual-agent' }, [content], draft.context.now, { event, key })
  draft.meanwhile = key
}

/** What was heard is still to be answered, where the virtual agent has the word. */
export function askAgain(draft: Draft, { heard, key }: Extract<Happening, { kind: 'asked' }>): void {
  draft.meanwhile = key
  if (draft.conversation.owner.by === 'virtual-agent') draft.heard.push(...heard)
}

/** Does it make an answer that is still being looked for one that nobody waits for any more? */
export function interrupts(happening: Happening): boolean {
  switch (happening.kind) {
    case 'technician':
      return happening.act.do !== 'note'
    case 'heard':
      switch (happening.event.kind) {
        case 'message':
        case 'choice':
        case 'invoked':
        case 'contact':
          return true
        case 'revision':
        case 'reaction':
        case 'receipt':
        case 'moved':
        case 'typing':
        case 'account':
          return false
      }
      break
    case 'placed':
    case 'timer':
    case 'told':
    case 'asked':
      return false
  }
}
