import type { Capabilities } from '../../src/channel/index.ts'

const megabyte = 1024 * 1024

/** Teams' limits as of 2026; where Microsoft publishes none, ours says so. */
export const capabilities: Capabilities = {
  // A whole message may have about 100 KB in UTF-16, 80 KB go well: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
  // 16,000 characters are 32 KB and leave room for marks; older pages say 40 KB (2024) and 28 KB (2021).
  text: { maxLength: 16_000, markdown: true },
  // No published limit for the number of actions, their titles or data. Teams shows six in a row, so there are five rows at most;
  // a label of 60 stands on one line of a phone, and 2,000 bytes of value are far below the limit of the message.
  choices: { max: 30, maxLabel: 60, maxValueBytes: 2000, maxText: 4000 },
  card: { maxChoices: 29, maxTitle: 256, maxText: 4000, image: true, link: true },
  form: {
    // No published limits but the size of the message (above): 10 questions with 50 options each and 10,000 characters in all make a card of
    // some 41,000 characters at the very most, where 51,200 are 100 KB.
    maxFields: 10,
    maxOptions: 50,
    maxLabel: 60,
    maxValueBytes: 200,
    maxText: 4000,
    maxTotal: 10_000,
  },
  media: {
    // "maximum size 1024 x 1024, 1 MB, PNG, JPEG or GIF": https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
    image: { maxBytes: megabyte, mime: ['image/png', 'image/jpeg', 'image/gif'] },
    audio: false,
    video: false,
    // Into the person's OneDrive, which takes 250 GB (https://learn.microsoft.com/graph/api/driveitem-createuploadsession); 100 MB is ours.
    file: { maxBytes: 100 * megabyte },
    // Ours: it stands on the card that offers the file.
    maxCaption: 1000,
  },
  place: false,
  contact: false,
  template: false,
  // "read" only where the team's or chat's owner has agreed: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
  // "delivered" and "failed" are what the person said to a file that was offered.
  receipts: ['delivered', 'read', 'failed'],
  typing: true,
  edit: true,
  // Bots cannot react with the Connector's REST interface.
  reactions: false,
  // A bot may write as long as it is installed: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
  replyWindow: null,
  idempotentSend: false,
  messagesPerCall: 1,
  // "50 requests per second per app per tenant"; besides, 7 a second and 60 in 30 seconds in one thread:
  // https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
  sendsPerSecond: 50,
  sendsFrom: 'anywhere',
}
