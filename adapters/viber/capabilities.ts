import type { Capabilities } from '../../src/channel/index.ts'

const megabyte = 1024 * 1024

/** The Bot API's limits, as https://developers.viber.com/docs/api/rest-bot-api/ and https://creators.viber.com/docs/bots-api stood in May 2026. */
export const capabilities: Capabilities = {
  // "Max length 7,000 characters": https://developers.viber.com/docs/api/rest-bot-api/#text-message. Bots have no formatting.
  text: { maxLength: 7000, markdown: false },
  // Viber's pages name 24 and 12 rows of a keyboard: https://developers.viber.com/docs/faq/. What is chosen travels in tracking_data
  // ("max. 4000 characters"), which twelve labels and values of these lengths fill by three quarters.
  choices: { max: 12, maxLabel: 40, maxValueBytes: 200, maxText: 7000 },
  // A block of rich media is 6 columns by 7 rows, a text in it 250 characters: https://developers.viber.com/docs/api/rest-bot-api/#rich-media-message--carousel-content-message
  card: { maxChoices: 3, maxTitle: 80, maxText: 200, image: true, link: true },
  form: false,
  media: {
    // "1MB on iOS, 3MB on Android": https://developers.viber.com/docs/api/rest-bot-api/#picture-message
    image: { maxBytes: megabyte, mime: ['image/jpeg', 'image/png'] },
    // There is no audio: it goes as a file.
    audio: false,
    // "MP4 and H264 … 26 MB": https://developers.viber.com/docs/api/rest-bot-api/#video-message
    video: { maxBytes: 26 * megabyte, mime: ['video/mp4'] },
    // "50 MB": https://developers.viber.com/docs/api/rest-bot-api/#file-message
    file: { maxBytes: 50 * megabyte },
    // "Max 512 characters" under a picture; what is said to a video or a file follows as text.
    maxCaption: 512,
  },
  place: true,
  contact: true,
  template: false,
  receipts: ['delivered', 'read', 'failed'],
  typing: false,
  edit: false,
  reactions: false,
  // A subscriber can be written to at any time: https://developers.viber.com/docs/api/rest-bot-api/#send-message. What limits and costs is in `cost`.
  replyWindow: null,
  // No call takes an idempotency key.
  idempotentSend: false,
  messagesPerCall: 1,
  // None is published for single messages (broadcasts: 500 calls in 10 s).
  sendsPerSecond: null,
  sendsFrom: 'anywhere',
  // Since 5 February 2024: https://help.viber.com/hc/en-us/articles/15247629658525. The 100: https://developers.viber.com/docs/api/rest-bot-api/#send-message
  cost: 'A bot costs a monthly fee since 5 February 2024, and so do messages that the bot begins. At most 100 messages an hour go to one person who does not answer.',
}
