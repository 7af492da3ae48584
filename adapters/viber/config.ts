import { z } from 'zod'

const token = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be the token of the bot, without blanks')
  .meta({ secret: true })

/** An account's keys as they stand in hub.yaml; https://developers.viber.com/docs/api/rest-bot-api/#authentication-token */
export const config = z.strictObject({
  authToken: z
    .union([token, z.array(token).min(1)])
    .describe(
      "The bot's token, from Edit info of the bot: we send with it and Viber signs with it. Several, newest first, while it changes.",
    )
    .meta({ secret: true }),
  senderName: z.string().min(1).max(28, 'may have 28 characters at most').describe('The name over our messages; at most 28 characters.'),
  senderAvatar: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('A picture beside our messages: an address of a JPEG of at most 100 KB.'),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://chatapi.viber.com')
    .describe('Where the Bot API answers.'),
  onUncertain: z
    .enum(['resend', 'hold'])
    .optional()
    .describe('When a connection broke and the person may or may not have a message: send it once more, or leave it to a technician.'),
})

export type ViberConfig = z.output<typeof config>
/** The token to call with. */
export const tokenOf = ({ authToken }: ViberConfig): string => (typeof authToken === 'string' ? authToken : authToken[0]!)
