import type { Capabilities } from '../../src/channel/index.ts'

const megabyte = 1024 * 1024

/** The Bot API's limits; where Telegram publishes none, ours says so. */
export const capabilities: Capabilities = {
  // "1-4096 characters after entities parsing": https://core.telegram.org/bots/api#sendmessage
  text: { maxLength: 4096, markdown: true },
  // callback_data "1-64 bytes": https://core.telegram.org/bots/api#inlinekeyboardbutton. The number of buttons and the length of a label
  // have no published limit: 100 is what the server takes by experience, 64 is two lines of a phone's widest button.
  choices: { max: 100, maxLabel: 64, maxValueBytes: 64, maxText: 4096 },
  // Title and text together stay below a text message's limit.
  card: { maxChoices: 100, maxTitle: 256, maxText: 3800, image: true, link: true },
  form: false,
  media: {
    // "at most 10 MB in size": https://core.telegram.org/bots/api#sendphoto
    image: { maxBytes: 10 * megabyte, mime: ['image/jpeg', 'image/png', 'image/webp'] },
    // "up to 50 MB in size", MP3 or M4A; a voice message is OGG with OPUS: https://core.telegram.org/bots/api#sendaudio #sendvoice
    audio: { maxBytes: 50 * megabyte, mime: ['audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/ogg'] },
    // https://core.telegram.org/bots/api#sendvideo
    video: { maxBytes: 50 * megabyte, mime: ['video/mp4'] },
    // https://core.telegram.org/bots/api#senddocument
    file: { maxBytes: 50 * megabyte },
    // "0-1024 characters after entities parsing"
    maxCaption: 1024,
  },
  place: true,
  contact: true,
  template: false,
  // Telegram tells bots nothing of delivery or reading.
  receipts: [],
  typing: true,
  edit: true,
  reactions: true,
  // A bot may answer for ever once the person has pressed Start: https://core.telegram.org/bots/faq
  replyWindow: null,
  // No call takes an idempotency key.
  idempotentSend: false,
  messagesPerCall: 1,
  // "about 30 messages per second" in bulk: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
  sendsPerSecond: 30,
  sendsFrom: 'anywhere',
}
