import type { Call, Client, GroupNotification, Message, Reaction } from 'whatsapp-web.js'
import { isConversation } from './people.ts'
import type { WebEvent, WebMessage, Who } from './wire.ts'

/** The library's objects, taken apart into plain data; what nobody would read is told apart here and gives undefined. */
export function makeTell(client: Client, now: () => Date) {
  const people = new Map<string, { readonly who: Who; readonly until: number }>()
  const moved = new Set<string>()

  /** Both ids of somebody, as far as the page knows them; asked once, and again after a while where one was not known. */
  async function whoIs(name: string): Promise<Who> {
    if (!/@(c\.us|lid)$/.test(name)) return { id: name }
    const known = people.get(name)
    if (known && known.until > Date.now()) return known.who
    const [told] = await within(client.getContactLidAndPhone([name]), 5_000).catch((error: unknown) => {
      // Under a wrong key it would be another conversation; a message is found again when the next browser looks back.
      if (client.pupPage?.isClosed() ?? true) throw error
      return []
    })
    const who: Who = { id: name, ...(told?.lid ? { lid: told.lid } : {}), ...(told?.pn ? { pn: told.pn } : {}) }
    if (people.size >= mostKnown) people.delete(people.keys().next().value!)
    people.set(name, { who, until: Date.now() + (who.lid && who.pn ? dayMs : 10 * minuteMs) })
    return who
  }
  const own = async (): Promise<readonly string[]> => {
    const { id, lid, pn } = await whoIs(client.info.wid._serialized)
    return [...new Set([id, lid, pn].flatMap((one) => one ?? []))]
  }
  const inChat = async (chat: string, sender: string, name: string | undefined) => ({
    chat: await whoIs(chat),
    sender: await whoIs(sender),
    ...(name ? { name } : {}),
  })

  return {
    /** What was said; before it, where both ids of a person are known for the first time, that they are one. */
    async message(message: Message): Promise<readonly WebEvent[]> {
      const chat = chatOf(message)
      if (isMine(message) || !isConversation(chat)) return []
      const place = await inChat(chat, message.author ?? chat, nameOf(message))
      const plain = await plainly(message)
      const said: WebEvent = { event: 'message', own: await own(), ...place, message: plain }
      const { lid, pn } = place.chat
      if (!lid || !pn || moved.has(lid)) return [said]
      moved.add(lid)
      return [{ event: 'moved', at: now().getTime(), old: { id: pn }, chat: { id: lid, lid, pn } }, said]
    },

    /** Pictures load their preview into the body: only what WhatsApp calls an edit is one. */
    async edit(message: Message): Promise<readonly WebEvent[]> {
      const edited = (message as { readonly latestEditSenderTimestampMs?: unknown }).latestEditSenderTimestampMs
      const chat = chatOf(message)
      if (isMine(message) || !isConversation(chat) || (edited === undefined && message.type !== 'chat')) return []
      const at = typeof edited === 'number' && edited > 0 ? edited : now().getTime()
      return [{ event: 'edit', at, ...(await inChat(chat, message.author ?? chat, nameOf(message))), message: await plainly(message) }]
    },

    async revoke(message: Message): Promise<readonly WebEvent[]> {
      const chat = chatOf(message)
      if (isMine(message) || !isConversation(chat)) return []
      const key = (message as { readonly protocolMessageKey?: { readonly _serialized?: string } }).protocolMessageKey
      const id = key?._serialized ?? message.id._serialized
      return [{ event: 'revoke', at: now().getTime(), id, ...(await inChat(chat, message.author ?? chat, nameOf(message))) }]
    },

    async reaction(reaction: Reaction): Promise<readonly WebEvent[]> {
      const { senderId, msgId, id } = reaction
      const names = await own()
      const chat = nameIn(msgId.remote)
      if (id.fromMe || names.includes(senderId) || !isConversation(chat)) return []
      // In seconds with a fraction, as the library divides it.
      const at = reaction.timestamp > 0 ? Math.round(reaction.timestamp * 1000) : now().getTime()
      const place = await inChat(chat, senderId, undefined)
      return [{ event: 'reaction', own: names, at, id: id._serialized, about: msgId._serialized, emoji: reaction.reaction ?? '', ...place }]
    },

    async ack(message: Message, ack: number): Promise<readonly WebEvent[]> {
      const chat = chatOf(message)
      if (!isMine(message) || !isConversation(chat) || ack === 0) return []
      return [{ event: 'ack', at: now().getTime(), chat: await whoIs(chat), id: message.id._serialized, ack }]
    },

    /** We ourselves were taken in or put out; other people's comings and goings are no business of the desk. */
    async group(change: 'joined' | 'left', notice: GroupNotification): Promise<readonly WebEvent[]> {
      const names = await own()
      const chat = nameIn(notice.chatId)
      const affected = (notice.recipientIds as readonly unknown[]).map(nameIn)
      if (!affected.some((one) => names.includes(one)) || !isConversation(chat)) return []
      const id = (notice.id as { readonly _serialized?: string })._serialized ?? `${chat}_${notice.timestamp}`
      const place = await inChat(chat, nameIn(notice.author) || names[0]!, undefined)
      return [{ event: 'group', at: notice.timestamp * 1000, id, change, ...place }]
    },

    async number(oldName: string, newName: string, isContact: boolean): Promise<readonly WebEvent[]> {
      if (!isContact || !isConversation(oldName) || !isConversation(newName)) return []
      return [{ event: 'moved', at: now().getTime(), old: await whoIs(oldName), chat: await whoIs(newName) }]
    },

    async call(call: Call): Promise<readonly WebEvent[]> {
      const chat = nameIn(call.from)
      if (call.fromMe || chat === '') return []
      return [{ event: 'call', at: now().getTime(), id: call.id, chat: await whoIs(chat), video: call.isVideo }]
    },
  }
}
export type Tell = ReturnType<typeof makeTell>

const mostKnown = 10_000
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

const isMine = ({ id }: Message): boolean => id.fromMe
const nameIn = (value: unknown): string =>
  typeof value === 'string' ? value : ((value as { readonly _serialized?: string } | null | undefined)?._serialized ?? '')
const chatOf = ({ id, from, to }: Message): string => nameIn(id.remote) || (id.fromMe ? to : from)

type Raw = {
  readonly notifyName?: string
  readonly mimetype?: string
  readonly filename?: string
  readonly size?: number
  readonly isViewOnce?: boolean
}
const rawOf = (message: Message): Raw => message.rawData as Raw
const nameOf = (message: Message): string | undefined => rawOf(message).notifyName

async function plainly(message: Message): Promise<WebMessage> {
  const { mimetype, filename, size, isViewOnce } = rawOf(message)
  const { location, vCards, mentionedIds, pollOptions } = message
  const quoted = message.hasQuotedMsg ? await within(message.getQuotedMessage(), 5_000).catch(() => undefined) : undefined
  const named = {
    ...(mimetype ? { mime: mimetype } : {}),
    ...(filename ? { fileName: filename } : {}),
    ...(typeof size === 'number' ? { bytes: size } : {}),
    ...(isViewOnce ? { viewOnce: true } : {}),
  }
  const place = location && {
    latitude: Number(location.latitude),
    longitude: Number(location.longitude),
    ...(location.name ? { name: location.name } : {}),
    ...(location.address ? { address: location.address } : {}),
  }
  const options = (pollOptions as readonly (string | { readonly name?: string })[] | undefined)?.map((one) =>
    typeof one === 'string' ? one : (one.name ?? ''),
  )
  const isCard = message.type === 'vcard' || message.type === 'multi_vcard'
  return {
    id: message.id._serialized,
    type: message.type,
    at: message.timestamp,
    // A card or a place has its data or a preview picture there, which are no words.
    body: isCard || message.type === 'location' ? '' : message.body,
    hasMedia: message.hasMedia,
    ...named,
    ...(place ? { place } : {}),
    ...(isCard ? { cards: vCards } : {}),
    ...(options?.length ? { options } : {}),
    ...(mentionedIds?.length ? { mentioned: (mentionedIds as readonly unknown[]).map(nameIn) } : {}),
    ...(quoted?.id?._serialized ? { quoted: quoted.id._serialized } : {}),
  }
}

/** The page may never answer. */
export async function within<Result>(asked: Promise<Result>, ms: number): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the page does not answer')), ms)
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}
