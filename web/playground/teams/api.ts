import type { AppMessage, Line, Place, PlayedPerson } from '../emulator.ts'
import type { Room } from '../window/skin.ts'

/** What only Teams' emulator tells. Its threads are conversations of their own, named after their first message. */
export type TeamsMessage = AppMessage & { readonly from?: string; readonly html?: string; readonly card?: unknown }

const reactions: { readonly [name: string]: string } = { like: '👍', heart: '❤️', laugh: '😆', surprised: '😮', sad: '😢', angry: '😡' }

export function seen(told: AppMessage, person: PlayedPerson): AppMessage {
  const { from, ...message } = told as TeamsMessage
  const root = /;messageid=(.+)$/.exec(message.thread ?? '')?.[1]
  return {
    ...message,
    ...(from === undefined ? {} : { author: from }),
    ...(root === undefined ? {} : { thread: root }),
    ...(message.reaction === undefined ? {} : { reaction: reactions[message.reaction] ?? message.reaction }),
    ...(message.by === 'person' && from === undefined ? { author: person.name } : {}),
  }
}

export const reach = (chat: string, thread: string | undefined): Place => ({
  chat: thread === undefined ? chat : `${chat};messageid=${thread}`,
})

/** The chat with the app; and the places that the organisation has. */
export async function rooms(line: Line): Promise<readonly Room[]> {
  const { chats } = await line.state()
  const shared = chats.flatMap(({ chat, title, type, thread }): readonly Room[] => {
    if (thread || type === 'personal') return []
    return [{ chat, title, kind: type === 'channel' ? 'channel' : 'group' }]
  })
  return [{ chat: line.person.name, title: '', kind: 'direct' }, ...shared]
}
