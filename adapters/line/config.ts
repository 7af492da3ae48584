import { z } from 'zod'

const secret = z
  .string()
  .regex(/^\S{1,200}$/, 'must be the channel secret, without blanks')
  .meta({ secret: true })

/** An account's keys as they stand in hub.yaml; https://developers.line.biz/en/docs/messaging-api/getting-started/ */
export const config = z.strictObject({
  channelSecret: z
    .union([secret, z.array(secret).min(1)])
    .describe(
      "Basic settings tab of the channel, Channel secret: LINE's webhooks are signed with it. Several, newest first, while it changes.",
    )
    .meta({ secret: true }),
  channelAccessToken: z
    .string()
    .regex(/^\S{1,4000}$/, 'must be the channel access token, without blanks')
    .describe('Messaging API tab of the channel, Channel access token (long-lived), Issue.')
    .meta({ secret: true }),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.line.me')
    .describe('Where the Messaging API answers.'),
  dataApiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api-data.line.me')
    .describe('Where the bytes are that people send.'),
  onUncertain: z
    .enum(['resend', 'hold'])
    .optional()
    .describe('When a connection broke and the person may or may not have a message: send it once more, or leave it to a technician.'),
})

export type LineConfig = z.output<typeof config>
