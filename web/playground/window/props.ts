import type { ReactNode } from 'react'
import type { AppMessage, Line } from '../emulator.ts'
import type { Skin } from './skin.ts'
import type { ChatActs } from './use-chat.ts'

/** What a whole window is given. */
export type WindowProps = { readonly line: Line; readonly skin: Skin; readonly deskName: string }

/** What one message is drawn from. */
export type MessageProps = {
  readonly message: AppMessage
  readonly skin: Skin
  readonly own: boolean
  readonly name: string
  /** What the hub is called here. */
  readonly deskName: string
  /** Of a run by one author. */
  readonly isFirst: boolean
  readonly isLast: boolean
  readonly isNewest: boolean
  readonly fileUrl: (path: string) => string
  readonly acts: ChatActs
  /** What stands under it: the way into its thread. */
  readonly thread?: ReactNode
}
