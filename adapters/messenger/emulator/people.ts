import type { EmulatedPerson } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { buttonIn, type StagedChat, seen } from '../../../src/channel/kit/emulator/stage.ts'
import { getStarted } from '../wire.ts'
import { type Page, readAll, tellHub } from './page.ts'

export type SentFile = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array; readonly caption?: string }

/** Somebody with the Messenger app, in their chat with the page. */
export interface MessengerPerson extends EmulatedPerson {
  presses(button: string, message?: string): Promise<void>
  /** Opens the chat by the button at its start, or by a link with a code. */
  starts(ref?: string): Promise<void>
  /** Comes back by a link with a code. */
  followsLink(ref: string): Promise<void>
  edits(message: string, text: string): Promise<void>
  /** `''` takes the reaction away. */
  reacts(message: string, emoji: string): Promise<void>
  /** Any other message, as Messenger writes it. */
  sends(fields: { readonly [name: string]: Json }, text?: string): Promise<string>
  reads(): void
  blocks(): void
  /** Lets so much time pass since the person was last heard. */
  isSilentFor(hours: number): void
}

const reactions: { readonly [emoji: string]: string } = {
  '👍': 'like',
  '👎': 'dislike',
  '❤️': 'love',
  '😢': 'sad',
  '😠': 'angry',
  '😮': 'wow',
  '😄': 'smile',
}

/** The same name is the same person; digits are taken as the PSID. */
export function chatOf(page: Page, name: string): StagedChat {
  const wanted = /^\d{1,20}$/.test(name) ? name : undefined
  for (const chat of page.stage.chats.values()) if (wanted === undefined ? chat.name === name : chat.id === wanted) return chat
  const psid = wanted ?? String(7_000_000_000_000_000 + page.stage.next())
  const chat: StagedChat = { id: psid, key: psid, name: wanted ? `Person ${name}` : name, messages: [], lastHeardAt: null, blocked: false }
  page.stage.chats.set(psid, chat)
  return chat
}

export function personIn(page: Page, chat: StagedChat, cdn: () => string): MessengerPerson {
  const { stage } = page
  const act = () => {
    chat.blocked = false
    chat.lastHeardAt = Date.now()
    readAll(page, chat)
  }
  const mid = () => `m_${chat.key.slice(-6)}${stage.next()}_${Buffer.from(String(Date.now())).toString('base64url')}`
  const say = (fields: { readonly [name: string]: Json }, shown: { readonly text: string; readonly file?: string }): string => {
    act()
    const id = mid()
    const file = shown.file === undefined ? undefined : stage.files.get(shown.file)
    stage.show(chat, { id, by: 'person', at: Date.now(), text: shown.text, buttons: [], reactions: {}, ...(file ? { file } : {}) })
    tellHub(page, chat, { message: { mid: id, ...fields } }, { id, text: shown.text })
    return id
  }
  const person: MessengerPerson = {
    key: chat.key,
    types: async (text) => say({ text }, { text }),
    sends: async (fields, text = '') => say(fields, { text }),
    async sendsFile({ name, mime, bytes, caption }) {
      const type = /^(image|audio|video)\//.exec(mime)?.[1] ?? 'file'
      const file = stage.keepFile({ kind: type, name, mime, bytes })
      const url = `${cdn()}/cdn/${file.id}/${encodeURIComponent(name)}?oe=${Date.now().toString(16)}`
      const text = caption ?? ''
      return say({ ...(caption ? { text: caption } : {}), attachments: [{ type, payload: { url } }] }, { text, file: file.id })
    },
    async presses(button, message) {
      const pressed = buttonIn(chat, button, message)
      if (page.quick.has(pressed.message.id)) {
        say({ text: pressed.label, quick_reply: { payload: pressed.value } }, { text: pressed.label })
        return
      }
      act()
      const id = mid()
      tellHub(page, chat, { postback: { mid: id, title: pressed.label, payload: pressed.value } }, { id, text: pressed.label })
    },
    async starts(ref) {
      act()
      const id = mid()
      const referral = ref === undefined ? {} : { referral: { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' } }
      tellHub(page, chat, { postback: { mid: id, title: 'Get Started', payload: getStarted, ...referral } }, { id })
    },
    async followsLink(ref) {
      act()
      tellHub(page, chat, { referral: { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' } }, { id: `referral:${stage.next()}` })
    },
    async edits(message, text) {
      act()
      stage.replace(chat, message, { text, edited: true })
      tellHub(page, chat, { message_edit: { mid: message, text, num_edit: stage.next() } }, { id: `edit:${message}`, text })
    },
    async reacts(message, emoji) {
      act()
      const target = chat.messages.find((one) => one.id === message)
      if (!target) throw new Error(`there is no message ${message} in this chat`)
      const { person: _, ...others } = target.reactions
      stage.replace(chat, message, { reactions: emoji ? { ...others, person: emoji } : others })
      const told = emoji ? { action: 'react', reaction: reactions[emoji] ?? 'other', emoji } : { action: 'unreact' }
      tellHub(page, chat, { reaction: { mid: message, ...told } }, { id: `reaction:${stage.next()}`, text: emoji })
    },
    reads: () => readAll(page, chat),
    blocks() {
      chat.blocked = true
    },
    isSilentFor(hours) {
      chat.lastHeardAt = Date.now() - hours * 3_600_000
    },
    sees: () => chat.messages.map(seen),
  }
  return person
}
