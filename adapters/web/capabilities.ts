import type { Capabilities } from '../../src/channel/index.ts'
import type { WebConfig } from './config.ts'

/** The longest text that a person may send at once, in UTF-16 code units; ours, as all limits of this channel. */
export const longestText = 20_000

/** The page is ours and shows whatever the hub can say; the numbers keep it readable. */
export const capabilities = ({ maxFileBytes }: Pick<WebConfig, 'maxFileBytes'>): Capabilities => ({
  text: { maxLength: longestText, markdown: true },
  choices: { max: 20, maxLabel: 80, maxValueBytes: 1_000, maxText: longestText },
  card: { maxChoices: 20, maxTitle: 200, maxText: 4_000, image: true, link: true },
  form: false,
  media: {
    image: { maxBytes: maxFileBytes },
    audio: { maxBytes: maxFileBytes },
    video: { maxBytes: maxFileBytes },
    file: { maxBytes: maxFileBytes },
    maxCaption: 4_000,
  },
  place: true,
  contact: true,
  template: false,
  receipts: ['read'],
  typing: true,
  edit: true,
  reactions: false,
  replyWindow: null,
  // A page reads what was said by number, so a push that is repeated shows nothing twice.
  idempotentSend: true,
  messagesPerCall: 20,
  sendsPerSecond: null,
  sendsFrom: 'anywhere',
})
