import type { Capabilities } from '../../src/channel/index.ts'

const gigabyte = 1024 * 1024 * 1024

/** Slack's limits; where Slack publishes none, ours says so. */
export const capabilities: Capabilities = {
  // "limit the text field to 4,000 characters": https://docs.slack.dev/reference/methods/chat.postMessage (chat.update refuses more)
  text: { maxLength: 4000, markdown: true },
  choices: {
    // 25 elements in an actions block: https://docs.slack.dev/reference/block-kit/blocks/actions-block
    max: 25,
    // Text 75 characters, value 2000: https://docs.slack.dev/reference/block-kit/block-elements/button-element
    maxLabel: 75,
    maxValueBytes: 2000,
    // Section text 3000: https://docs.slack.dev/reference/block-kit/blocks/section-block
    maxText: 3000,
  },
  // Header text 150: https://docs.slack.dev/reference/block-kit/blocks/header-block; the link takes one of the 25 buttons.
  card: { maxChoices: 24, maxTitle: 150, maxText: 3000, image: true, link: true },
  form: {
    // 50 blocks in a message: https://docs.slack.dev/reference/block-kit/blocks; 20 is what still is one question.
    maxFields: 20,
    // 100 options, text 75 characters, value 150: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#static_select
    // and https://docs.slack.dev/reference/block-kit/composition-objects/option-object. Buttons have 75, labels and block ids more.
    maxOptions: 100,
    maxLabel: 75,
    maxValueBytes: 150,
    // Hint 2000: https://docs.slack.dev/reference/block-kit/blocks/input-block; a section and initial_value have 3000.
    maxText: 2000,
    // Ours: Slack answers msg_blocks_too_long without naming its limit.
    maxTotal: 10_000,
  },
  media: {
    // "1 GB" a file in every paid plan and the free one: https://slack.com/help/articles/201330736
    image: { maxBytes: gigabyte },
    audio: { maxBytes: gigabyte },
    video: { maxBytes: gigabyte },
    file: { maxBytes: gigabyte },
    // initial_comment is a message's text: https://docs.slack.dev/reference/methods/files.completeUploadExternal
    maxCaption: 4000,
  },
  place: false,
  contact: false,
  template: false,
  // Slack tells apps nothing of delivery or reading.
  receipts: [],
  typing: true,
  edit: true,
  reactions: true,
  replyWindow: null,
  // chat.postMessage takes no key that would make a second call harmless.
  idempotentSend: false,
  messagesPerCall: 1,
  // "several hundred messages per minute" in a workspace (600 is the most that can mean), one a second in a channel:
  // https://docs.slack.dev/apis/web-api/rate-limits
  sendsPerSecond: 10,
  sendsFrom: 'anywhere',
}
