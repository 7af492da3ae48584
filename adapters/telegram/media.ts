import type { Contact, Content, FileRef, Json, Media, MediaKind } from '../../src/channel/index.ts'
import { textOf } from './entities.ts'
import type { Message, Sticker, WireContact, WireFile } from './wire.ts'

/** What a message says, in the order in which Telegram shows it; empty for one that says nothing (a service message). */
export function contentOf(message: Message): readonly Content[] {
  if (message.text !== undefined) return [textOf(message.text, message.entities)]
  const media = mediaOf(message)
  if (media) return [media]
  if (message.sticker) return [stickerOf(message.sticker)]
  if (message.venue)
    return [
      {
        type: 'place',
        ...coordinates(message.venue.location),
        ...(message.venue.title ? { name: message.venue.title } : {}),
        ...(message.venue.address ? { address: message.venue.address } : {}),
      },
    ]
  if (message.location) return [{ type: 'place', ...coordinates(message.location) }]
  if (message.contact) return [contactOf(message.contact, message.from?.id)]
  return []
}

const coordinates = ({ latitude, longitude }: { latitude: number; longitude: number }) => ({ latitude, longitude })

function mediaOf(message: Message): Media | undefined {
  const as = (kind: MediaKind, file: WireFile, known: { mime?: string; name?: string } = {}): Media => ({
    type: 'media',
    kind,
    file: fileRef(file, known),
    ...(message.caption ? { caption: message.caption } : {}),
  })
  if (message.photo?.length) return as('image', largest(message.photo), { mime: 'image/jpeg' })
  // An animation comes with a `document` of the same file for older programs.
  if (message.animation) return as('video', message.animation, { mime: 'video/mp4' })
  if (message.video) return as('video', message.video, { mime: 'video/mp4' })
  if (message.video_note) return as('video', message.video_note, { mime: 'video/mp4' })
  if (message.voice) return as('audio', message.voice, { mime: 'audio/ogg' })
  if (message.audio) return as('audio', message.audio, { mime: 'audio/mpeg' })
  if (message.document) return as('file', message.document)
  return undefined
}

const largest = (sizes: readonly WireFile[]): WireFile =>
  sizes.reduce((best, size) => ((size.width ?? 0) * (size.height ?? 0) > (best.width ?? 0) * (best.height ?? 0) ? size : best))

/** Vector stickers (.tgs) can be drawn by no browser: their still picture stands for them. */
function stickerOf(sticker: Sticker): Content {
  const file = sticker.is_animated ? sticker.thumbnail : sticker
  if (!file) return { type: 'unreadable', platformType: 'sticker', ...(sticker.emoji ? { text: sticker.emoji } : {}) }
  const video = sticker.is_video === true
  return {
    type: 'media',
    kind: video ? 'video' : 'image',
    file: fileRef(file, { mime: video ? 'video/webm' : 'image/webp' }),
    ...(sticker.emoji ? { caption: sticker.emoji } : {}),
    sticker: true,
  }
}

function fileRef(file: WireFile, known: { mime?: string; name?: string }): FileRef {
  const mime = file.mime_type ?? known.mime
  const told = {
    ...(mime ? { mime } : {}),
    ...(file.file_name ? { name: file.file_name } : {}),
    ...(file.file_size === undefined ? {} : { bytes: file.file_size }),
  }
  return { ...told, ref: { fileId: file.file_id, ...told } satisfies Json }
}

/** `own` only where Telegram says that the card is the sender's: people can share each other's cards. */
function contactOf(card: WireContact, sender: number | undefined): Contact {
  const lines = card.vcard?.split(/\r?\n/) ?? []
  const field = (name: string) =>
    lines.flatMap((line) => (new RegExp(`^${name}[;:]`, 'i').test(line) ? [line.slice(line.indexOf(':') + 1).trim()] : [])).filter(Boolean)
  const digits = (phone: string) => phone.replace(/[^\d]/g, '')
  const more = field('TEL').filter((phone) => digits(phone) !== digits(card.phone_number))
  return {
    type: 'contact',
    name: [card.first_name, card.last_name].filter(Boolean).join(' '),
    phones: [card.phone_number, ...more],
    emails: field('EMAIL'),
    ...(card.user_id === undefined ? {} : { own: card.user_id === sender }),
  }
}
