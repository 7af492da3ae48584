import type { Capabilities } from '../../channel/index.ts'

/** What Example carries. Each number needs a link to the platform's page; what is not declared here, the hub brings into text. */
export const capabilities: Capabilities = {
  text: { maxLength: 1000, markdown: false },
  choices: false,
  card: false,
  form: false,
  media: { image: false, audio: false, video: false, file: false, maxCaption: 0 },
  place: false,
  contact: false,
  template: false,
  receipts: [],
  typing: false,
  edit: false,
  reactions: false,
  replyWindow: null,
  idempotentSend: false,
  messagesPerCall: 1,
  sendsPerSecond: null,
  sendsFrom: 'anywhere',
}
