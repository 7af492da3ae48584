import type { AppMessage, Line, Place, PlayedPerson } from '../emulator.ts'
import type { Room } from '../window/skin.ts'

/** What only Slack's emulator tells; `only`: the one user who sees it. */
export type SlackMessage = AppMessage & {
  readonly only?: string
  readonly raw: string
  readonly mrkdwn: boolean
  readonly blocks?: readonly Block[]
}
export type Block = {
  readonly type: string
  readonly text?: { readonly type: string; readonly text: string }
  readonly alt_text?: string
  readonly image_url?: string
  readonly elements?: readonly Element[]
  readonly accessory?: Element
}
type Element = { readonly type: string; readonly text?: { readonly text: string }; readonly value?: string; readonly url?: string }

/** A user's id is their number behind a letter and zeros. */
const isFor = (user: string, person: PlayedPerson) => user.replace(/^[UW]0*/, '') === person.chat

export function seen(message: AppMessage, person: PlayedPerson): AppMessage | undefined {
  const { only } = message as SlackMessage
  return only === undefined || isFor(only, person) ? message : undefined
}

export const reach = (chat: string, thread: string | undefined): Place => (thread === undefined ? { chat } : { chat, thread })

const channels = ['it-help', 'random']

/** Opening the direct message also tells Slack what this person is called, before they speak in a channel. */
export async function rooms(line: Line): Promise<readonly Room[]> {
  const { chat } = line.person
  await line.post('open', { chat, tab: 'messages' })
  const made = channels.map(async (title): Promise<Room> => {
    const channel = await line.post<{ chat: string }>('channel', { name: title })
    return { chat: channel.chat, title, kind: 'channel' }
  })
  return [...(await Promise.all(made)), { chat, title: '', kind: 'direct' }]
}

/** "/support my screen is black" */
export function command(line: Line, { chat, thread }: Place, text: string): Promise<unknown> | undefined {
  const found = /^(\/[a-z]+)(?:\s+([\s\S]*))?$/.exec(text.trim())
  if (!found || thread !== undefined) return undefined
  return line.post('command', { chat, command: found[1], text: found[2] ?? '' })
}
