import type { ChatId, Happening, Message } from './conversation.ts'
import { change, type Draft, say } from './draft.ts'
import { choicesOf } from './offered.ts'
import { sourcesOf } from './sources.ts'

type Told = Extract<Happening, { readonly kind: 'told' }>

/**
 * What the hub itself has to tell is said to whoever is there, and leaves everything else as it is: it opens no chat and closes none, takes the word from
 * nobody, and no timer counts from it. Where no chat is open it stands at the head of the next one: whoever answers it is with the answer.
 */
export function announce(draft: Draft, { content, key, at }: Told): void {
  const { conversation, context } = draft
  const more: Pick<Message, 'key'> = key === undefined ? {} : { key }
  const choices = content.flatMap((one) => choicesOf(one, context.can))
  if (conversation.chat) say(draft, { by: 'hub' }, content, at, more)
  else {
    const number = conversation.messages + 1
    const chat = `${conversation.id}.${conversation.chats + 1}` as ChatId
    const sources = sourcesOf(context.source, conversation.owner)
    draft.said.push({ number, chat, author: { by: 'hub' }, content, at, sources, ...more })
    change(draft, { messages: number })
  }
  if (choices.length > 0) change(draft, { offered: [{ person: null, choices }, ...conversation.offered].slice(0, 20) })
}
