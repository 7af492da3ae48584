import type { EmulatedPerson } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { buttonIn, type StagedChat, type StagedFile, seen } from '../../../src/channel/kit/emulator/stage.ts'
import { type CloudNumber, namesOf, tellStatus, unixSeconds } from './number.ts'

export type SentFile = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array; readonly caption?: string }

/** Somebody with WhatsApp, in their chat with the number. */
export interface WhatsAppPerson extends EmulatedPerson {
  types(text: string, replyTo?: string): Promise<string>
  presses(button: string, message?: string): Promise<void>
  edits(message: string, text: string): Promise<void>
  deletes(message: string): Promise<void>
  /** `''` takes the reaction away. */
  reacts(message: string, emoji: string): Promise<void>
  /** Any other message, as the Cloud API writes it: `{type, [type]: …}`. */
  sends(fields: { readonly [name: string]: Json }, text?: string): Promise<string>
  reads(): void
  blocks(): void
  /** Deletes the account. */
  leavesWhatsApp(): void
  /** Lets so much time pass since the person was last heard. */
  isSilentFor(hours: number): void
  /** Their number is not told from now on: they have taken a username. */
  hidesNumber(): void
  /** WhatsApp tells their user id beside the number, or (`false`) the number alone. */
  tellsUserId(told?: boolean): void
}

/** The same name is the same person; digits are taken as the number. */
export function chatOf({ stage }: CloudNumber, name: string): StagedChat {
  const wanted = /^\d{1,20}$/.test(name) ? name : undefined
  for (const chat of stage.chats.values()) if (wanted === undefined ? chat.name === name : chat.id === wanted) return chat
  const digits = wanted ?? String(16_505_550_000 + stage.next())
  const chat: StagedChat = {
    id: digits,
    key: `US.1349${digits.padStart(14, '0')}`,
    name: wanted ? `Person ${name}` : name,
    messages: [],
    lastHeardAt: null,
    blocked: false,
  }
  stage.chats.set(digits, chat)
  return chat
}

/** Blue ticks for all that can be seen. */
export function readAll(number: CloudNumber, chat: StagedChat): void {
  for (const { id, by, status } of [...chat.messages])
    if (by === 'hub' && (status === 'delivered' || status === 'sent')) {
      const callback = number.callbacks.get(id)
      tellStatus(number, chat, { id, ...(callback ? { callback } : {}) }, 'read')
    }
}

export function personIn(number: CloudNumber, chat: StagedChat): WhatsAppPerson {
  const { stage } = number
  const tell = (fields: { readonly [name: string]: Json }, text = ''): string => {
    chat.blocked = false
    chat.lastHeardAt = Date.now()
    readAll(number, chat)
    const id = `wamid.${Buffer.from(`${chat.id}:IN${stage.next()}:${Date.now()}`).toString('base64')}`
    const { bsuid, waId } = namesOf(number, chat)
    const contact = { profile: { name: chat.name }, ...(bsuid ? { user_id: bsuid } : {}), ...(waId ? { wa_id: waId } : {}) }
    const message = { ...(waId ? { from: waId } : {}), ...(bsuid ? { from_user_id: bsuid } : {}), id, timestamp: unixSeconds(), ...fields }
    number.hooks.happen({ item: { contact, message }, id, lane: chat.key, chat: chat.key, text })
    return id
  }
  const say = (fields: { readonly [name: string]: Json }, text: string, file?: StagedFile): string => {
    const id = tell(fields, text)
    stage.show(chat, { id, by: 'person', at: Date.now(), text, buttons: [], reactions: {}, ...(file ? { file } : {}) })
    return id
  }
  return {
    key: chat.key,
    types: async (text, replyTo) =>
      say({ type: 'text', text: { body: text }, ...(replyTo ? { context: { from: number.display, id: replyTo } } : {}) }, text),
    sends: async (fields, text = '') => say(fields, text),
    async sendsFile({ name, mime, bytes, caption }) {
      const type = /^image\/(jpeg|png)$/.test(mime) ? 'image' : (/^(audio|video)\//.exec(mime)?.[1] ?? 'document')
      const file = stage.keepFile({ kind: type, name, mime, bytes })
      const told = {
        id: file.id,
        mime_type: mime,
        sha256: 'SGVsbG8=',
        ...(type === 'document' ? { filename: name } : {}),
        ...(caption && type !== 'audio' ? { caption } : {}),
      }
      return say({ type, [type]: told }, caption ?? '', file)
    },
    async presses(button, message) {
      const pressed = buttonIn(chat, button, message)
      const reply = { id: pressed.value, title: pressed.label }
      const isRow = pressed.message.buttons.length > 3 || pressed.message.buttons.some(({ label }) => label.length > 20)
      const interactive = isRow ? { type: 'list_reply', list_reply: reply } : { type: 'button_reply', button_reply: reply }
      say({ type: 'interactive', interactive, context: { from: number.display, id: pressed.message.id } }, pressed.label)
    },
    async edits(message, text) {
      stage.replace(chat, message, { text, edited: true })
      tell({ type: 'edit', edit: { original_message_id: message, message: { type: 'text', text: { body: text } } } }, text)
    },
    async deletes(message) {
      stage.remove(chat, message)
      tell({ type: 'revoke', revoke: { original_message_id: message } })
    },
    async reacts(message, emoji) {
      const target = chat.messages.find((one) => one.id === message)
      if (!target) throw new Error(`there is no message ${message} in this chat`)
      const { person: _, ...others } = target.reactions
      stage.replace(chat, message, { reactions: emoji ? { ...others, person: emoji } : others })
      tell({ type: 'reaction', reaction: { message_id: message, ...(emoji ? { emoji } : {}) } }, emoji)
    },
    reads: () => readAll(number, chat),
    blocks() {
      chat.blocked = true
    },
    leavesWhatsApp: () => void number.gone.add(chat.key),
    isSilentFor(hours) {
      chat.lastHeardAt = Date.now() - hours * 3_600_000
    },
    hidesNumber: () => void number.withoutPhone.add(chat.key),
    tellsUserId: (told = true) => void (told ? number.withoutUserId.delete(chat.key) : number.withoutUserId.add(chat.key)),
    sees: () => chat.messages.map(seen),
  }
}
