import type { Capabilities } from '../../src/channel/index.ts'

const megabyte = 1024 * 1024

/** The Messaging API's limits, as its reference stood in May 2026. */
export const capabilities: Capabilities = {
  // "Max character limit: 5000", in UTF-16 code units: https://developers.line.biz/en/reference/messaging-api/#text-message
  text: { maxLength: 5000, markdown: false },
  // 13 quick replies: https://developers.line.biz/en/reference/messaging-api/#quick-reply. Labels of 20 and data of 300 characters:
  // https://developers.line.biz/en/reference/messaging-api/#postback-action. 2,000 is what we let a text in a flex message have.
  choices: { max: 13, maxLabel: 20, maxValueBytes: 300, maxText: 2000 },
  // A bubble of at most 30 KB: https://developers.line.biz/en/reference/messaging-api/#bubble. The numbers keep it far below that.
  card: { maxChoices: 10, maxTitle: 200, maxText: 2000, image: true, link: true },
  form: false,
  media: {
    // JPEG or PNG of at most 10 MB: https://developers.line.biz/en/reference/messaging-api/#image-message
    image: { maxBytes: 10 * megabyte, mime: ['image/jpeg', 'image/png'] },
    // m4a or mp3 of at most 200 MB: https://developers.line.biz/en/reference/messaging-api/#audio-message
    audio: { maxBytes: 200 * megabyte, mime: ['audio/mp4', 'audio/x-m4a', 'audio/mpeg'] },
    // mp4 of at most 200 MB: https://developers.line.biz/en/reference/messaging-api/#video-message
    video: { maxBytes: 200 * megabyte, mime: ['video/mp4'] },
    // LINE lets people send documents and bots not: https://developers.line.biz/en/docs/messaging-api/message-types/
    file: false,
    // No kind of media has a caption.
    maxCaption: 0,
  },
  place: true,
  contact: false,
  template: false,
  // Nothing is told of delivery or reading.
  receipts: [],
  typing: true,
  edit: false,
  reactions: false,
  // Friends can be written to at any time, and who is no friend for 7 days after they wrote (May 2026):
  // https://developers.line.biz/en/reference/messaging-api/#send-push-message
  replyWindow: null,
  // A push is safe to repeat (X-Line-Retry-Key), a reply is not; `Failure.resendSafe` says which it was:
  // https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
  idempotentSend: false,
  // "Max: 5": https://developers.line.biz/en/reference/messaging-api/#send-reply-message
  messagesPerCall: 5,
  // "2,000 requests per second" for each endpoint: https://developers.line.biz/en/reference/messaging-api/#rate-limits
  sendsPerSecond: 2000,
  sendsFrom: 'anywhere',
  // https://developers.line.biz/en/docs/messaging-api/pricing/
  cost: "An answer within a minute of the person's message is free; later ones count against the plan's messages of the month.",
}
