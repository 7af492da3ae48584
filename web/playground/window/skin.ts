import type { ComponentType } from 'react'
import type { AppMessage, Line, Place, PlayedPerson } from '../emulator.ts'

/** A conversation in the sidebar of a desktop app. */
export type Room = { readonly chat: string; readonly title: string; readonly kind: 'direct' | 'group' | 'channel' }

/**
 * Where a message's buttons stand: in the bubble, under it, at the lower edge of the window (only of the newest message), or behind
 * a button that opens a list.
 */
export type ButtonPlace = 'inside' | 'under' | 'dock' | 'list' | 'nowhere'

export type HomeProps = { readonly line: Line; readonly deskName: string }
export type TextProps = { readonly message: AppMessage; readonly deskName: string }

/** A reaction that the app offers; `sends`: what its platform calls it. */
export type Reaction = { readonly emoji: string; readonly sends: string; readonly name: string }

/** Everything that makes one app's window different from the others; colours and shapes are in its stylesheet. */
export type Skin = {
  readonly app: string
  /** Marks the tab. */
  readonly color: string
  readonly shape: 'phone' | 'desktop'
  /** A class that sets the `--app-*` colours, and restyles `[data-part]` where the app looks different. */
  readonly look: string
  /** Under the name at the top, while nobody types. */
  readonly subtitle: string
  /** Before anything was said. */
  readonly welcome: { readonly title: string; readonly text: string }
  /** The button that begins a chat, and what pressing it says. */
  readonly start?: { readonly label: string; readonly says: string }
  /** Above: once for a run of messages, after the author's name. */
  readonly time: 'inside' | 'beside' | 'above' | 'none'
  readonly read: 'checks' | 'word' | 'none'
  /** Each message in a bubble, or as a line of a protocol under its author's name. */
  readonly lines?: 'bubbles' | 'posts'
  /** Beside which message of a run the desk's face stands. */
  readonly faces?: 'first' | 'last'
  /** Messages can be changed, deleted and reacted to here; what the platform tells the hub of that is its own affair. */
  readonly reactions?: readonly Reaction[]
  /** A surface of the app's own beside the private chat, by a tab of this name. */
  readonly home?: { readonly title: string; readonly Page: ComponentType<HomeProps> }
  readonly placeholder: (room: Room | undefined) => string
  readonly buttons: (message: AppMessage, isNewest: boolean) => ButtonPlace
  /** The words of a message with the app's own marks. */
  readonly Text: ComponentType<TextProps>
  /** What the platform says is going on; anything else is typing. */
  readonly actions?: { readonly [action: string]: string }
  /** What this person sees of what the emulator tells; nothing of what is only for others. */
  readonly seen?: (message: AppMessage, person: PlayedPerson) => AppMessage | undefined
  /** What the private chat with the desk is called at the emulator; else by the person's number. */
  readonly direct?: (person: PlayedPerson) => string
  readonly reach?: (chat: string, thread: string | undefined) => Place
  /** Desktop apps: what stands in the sidebar. May make it first. */
  readonly rooms?: (line: Line) => Promise<readonly Room[]>
  /** Says it another way than as a message, where the app has one (a slash command). */
  readonly command?: (line: Line, place: Place, text: string) => Promise<unknown> | undefined
}
