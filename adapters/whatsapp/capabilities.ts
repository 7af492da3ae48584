import type { Capabilities } from '../../src/channel/index.ts'

const megabyte = 1024 * 1024

/** The Cloud API's limits; pages are below https://developers.facebook.com/documentation/business-messaging/whatsapp/ */
export const cloudCapabilities: Capabilities = {
  // messages/text-messages: 4096 characters
  text: { maxLength: 4096, markdown: true },
  // messages/interactive-list-messages: 10 rows, title 24, row id 200; messages/interactive-reply-buttons-messages: 3 buttons, title 20,
  // body 1024. What fits buttons goes as buttons, else as a list.
  choices: { max: 10, maxLabel: 24, maxValueBytes: 200, maxText: 1024 },
  // Three buttons under a body of 1024; a header in words has 60
  card: { maxChoices: 3, maxTitle: 60, maxText: 800, image: true, link: true },
  form: false,
  media: {
    // business-phone-numbers/media, "Supported media types"
    image: { maxBytes: 5 * megabyte, mime: ['image/jpeg', 'image/png'] },
    audio: { maxBytes: 16 * megabyte, mime: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'] },
    video: { maxBytes: 16 * megabyte, mime: ['video/mp4', 'video/3gpp'] },
    file: {
      maxBytes: 100 * megabyte,
      mime: [
        'text/plain',
        'application/pdf',
        'application/msword',
        'application/vnd.ms-excel',
        'application/vnd.ms-powerpoint',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      ],
    },
    maxCaption: 1024,
  },
  place: true,
  contact: true,
  template: true,
  // webhooks/reference/messages/status
  receipts: ['sent', 'delivered', 'read', 'failed'],
  typing: true,
  edit: false,
  reactions: true,
  // messages/send-messages (2025-12-12): anything within 24 hours of the person's last message or call, afterwards approved templates alone
  replyWindow: [{ hours: 24, for: 'anyone' }],
  // No call takes an idempotency key.
  idempotentSend: false,
  messagesPerCall: 1,
  // throughput (2025-11-21): 80 a second and number, in and out together
  sendsPerSecond: 80,
  sendsFrom: 'anywhere',
  cost: 'Answers within 24 hours are free; templates are charged by category and country (developers.facebook.com/docs/whatsapp/pricing).',
}

/** Groups take words, media and places, and nothing that can be pressed: groups API (2025-10). */
export const inGroups: Partial<Capabilities> = { choices: false, card: false, template: false }

/** A browser signed in as a phone can do what a phone shows; there is no page with limits, these are those of the app. */
export const webCapabilities: Capabilities = {
  text: { maxLength: 4096, markdown: true },
  choices: false,
  card: false,
  form: false,
  media: {
    image: { maxBytes: 16 * megabyte, mime: ['image/jpeg', 'image/png', 'image/webp'] },
    audio: { maxBytes: 16 * megabyte, mime: ['audio/ogg', 'audio/mpeg', 'audio/mp4'] },
    video: { maxBytes: 16 * megabyte, mime: ['video/mp4'] },
    file: { maxBytes: 64 * megabyte },
    maxCaption: 1024,
  },
  place: true,
  contact: true,
  template: false,
  // https://docs.wwebjs.dev/global.html#MessageAck
  receipts: ['sent', 'delivered', 'read', 'failed'],
  typing: true,
  edit: true,
  reactions: true,
  replyWindow: null,
  idempotentSend: false,
  messagesPerCall: 1,
  sendsPerSecond: null,
  sendsFrom: 'listener',
  cost: 'Unofficial: WhatsApp does not allow automated browsers and may bar the number for good. Use the Cloud API where you can.',
}
