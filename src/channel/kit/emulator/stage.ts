import type { AcceptedSend, DeliveredUpdate, EmulatorFaults, SeenMessage } from '../../emulator.ts'
import { noFaults } from '../../emulator.ts'
import type { Json } from '../../ids.ts'

export type StagedFile = {
  readonly id: string
  readonly kind: string
  readonly name?: string
  readonly mime: string
  readonly bytes: Uint8Array
}
export type StagedMessage = Omit<SeenMessage, 'media' | 'reaction'> & {
  readonly file?: StagedFile
  /** Reactions by who gave them. */
  reactions: { hub?: string; person?: string }
  /** How far a message of the hub has come. */
  status?: 'sent' | 'delivered' | 'read' | 'failed'
}
export type StagedChat = {
  /** As the playground's page calls it. */
  readonly id: string
  /** What the adapter makes of the person. */
  readonly key: string
  name: string
  readonly messages: StagedMessage[]
  /** The person's last act that lets us answer, in milliseconds since 1970. */
  lastHeardAt: number | null
  blocked: boolean
}

/** What an emulator of Meta's channels keeps: chats, files, and the record by which the hub is judged. */
export type Stage = ReturnType<typeof makeStage>

export function makeStage() {
  let serial = 1
  const chats = new Map<string, StagedChat>()
  const files = new Map<string, StagedFile>()
  const tell = (type: string, chat: StagedChat, data: Json): void => {
    for (const watch of watchers) watch({ type, chat: chat.id, data })
  }
  const watchers = new Set<(event: { readonly type: string; readonly chat: string; readonly data: Json }) => void>()
  return {
    chats,
    files,
    tell,
    faults: noFaults() as EmulatorFaults,
    accepted: [] as AcceptedSend[],
    delivered: [] as DeliveredUpdate[],
    calls: [] as { at: number; method: string; status: number | null }[],
    watchers,
    keepFile(file: Omit<StagedFile, 'id'>, id = `${serial++}${Date.now()}`): StagedFile {
      const kept = { ...file, id }
      files.set(id, kept)
      return kept
    },
    /** A number that nothing else has. */
    next: (): number => serial++,
    /** Puts a message into a chat, or tells that one has changed. */
    show(chat: StagedChat, message: StagedMessage): void {
      if (!chat.messages.includes(message)) chat.messages.push(message)
      tell('message', chat, screen(message))
    },
    replace(chat: StagedChat, id: string, change: Partial<StagedMessage>): StagedMessage {
      const at = chat.messages.findIndex((message) => message.id === id)
      if (at === -1) throw new Error(`there is no message ${id} in this chat`)
      const changed = { ...chat.messages[at]!, ...change }
      chat.messages[at] = changed
      tell('message', chat, screen(changed))
      return changed
    },
    remove(chat: StagedChat, id: string): void {
      const at = chat.messages.findIndex((message) => message.id === id)
      if (at !== -1) chat.messages.splice(at, 1)
      tell('deleted', chat, { message_id: id })
    },
  }
}

/** The message as its person sees it. */
export function seen({ file, reactions, status: _, ...message }: StagedMessage): SeenMessage {
  const reaction = reactions.hub ?? reactions.person
  return {
    ...message,
    ...(file ? { media: { kind: file.kind, mime: file.mime, bytes: file.bytes, ...(file.name ? { name: file.name } : {}) } } : {}),
    ...(reaction ? { reaction } : {}),
  }
}

/** The same for the playground's page: bytes are an address. */
export function screen(message: StagedMessage): Json {
  const { media: _, ...rest } = seen(message)
  const { file, status } = message
  const shown = file ? { media: { kind: file.kind, name: file.name, mime: file.mime, url: `/playground/file/${file.id}` } } : {}
  return { ...rest, ...shown, ...(status ? { status } : {}) } as unknown as Json
}

/** The newest button of this label or value, or the one of a given message. */
export function buttonIn(chat: StagedChat, button: string, message?: string) {
  const fits = (one: StagedMessage) => one.buttons.find(({ label, value }) => label === button || value === button)
  const found = [...chat.messages].reverse().find((one) => (message === undefined ? fits(one) !== undefined : one.id === message))
  const pressed = found && fits(found)
  if (!found || !pressed) throw new Error(`${chat.name} sees no button "${button}"`)
  if (pressed.value === undefined) throw new Error(`the button "${button}" is a link`)
  return { message: found, label: pressed.label, value: pressed.value }
}
