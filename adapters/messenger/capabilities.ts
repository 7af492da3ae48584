import type { Capabilities } from '../../src/channel/index.ts'

const megabyte = 1024 * 1024

/** Messenger's limits, with the page that says so. */
export const capabilities: Capabilities = {
  // "Must be UTF-8 and less than 2000 characters"; no marks: https://developers.facebook.com/docs/messenger-platform/reference/send-api
  text: { maxLength: 1999, markdown: false },
  // 13 quick replies, title 20, payload 1000 characters: https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies
  choices: { max: 13, maxLabel: 20, maxValueBytes: 1000, maxText: 1999 },
  // Three buttons under 640 characters: https://developers.facebook.com/docs/messenger-platform/reference/templates/button
  // Title and subtitle of 80 beside a picture: https://developers.facebook.com/docs/messenger-platform/reference/templates/generic
  card: { maxChoices: 3, maxTitle: 80, maxText: 500, image: true, link: true },
  form: false,
  media: {
    // 25 MB in all, 8 MB for pictures: https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets (2026-04-22)
    image: { maxBytes: 8 * megabyte, mime: ['image/jpeg', 'image/png', 'image/gif'] },
    audio: { maxBytes: 25 * megabyte, mime: ['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/x-m4a', 'audio/wav', 'audio/x-wav'] },
    video: { maxBytes: 25 * megabyte, mime: ['video/mp4', 'video/quicktime'] },
    file: { maxBytes: 25 * megabyte },
    // A text and an attachment are two messages.
    maxCaption: 0,
  },
  place: false,
  contact: false,
  template: false,
  // message_deliveries and message_reads: https://developers.facebook.com/docs/messenger-platform/webhooks
  receipts: ['delivered', 'read'],
  typing: true,
  edit: false,
  reactions: false,
  // 24 hours for everybody, then 7 days for a human's answer under HUMAN_AGENT; since 2026-04-27 the other tags are refused with error 100:
  // https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages (2026-05-05)
  replyWindow: [
    { hours: 24, for: 'anyone' },
    { hours: 7 * 24, for: 'technician', tag: 'HUMAN_AGENT' },
  ],
  // No call takes an idempotency key.
  idempotentSend: false,
  messagesPerCall: 1,
  // 300 calls a second (10 for audio and video) and page: https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting (2026-03-23)
  sendsPerSecond: 300,
  sendsFrom: 'anywhere',
}
