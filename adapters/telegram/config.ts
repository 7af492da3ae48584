import { z } from 'zod'

const secretToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,256}$/, 'must be 1 to 256 characters of A-Z, a-z, 0-9, _ and -')
  .meta({ secret: true })

/** An account's keys as they stand in hub.yaml; https://core.telegram.org/bots/api#setwebhook */
export const config = z
  .strictObject({
    botToken: z
      .string()
      .regex(/^[1-9]\d{0,19}:[A-Za-z0-9_-]{1,60}$/, 'must look like 123456789:AAE… as BotFather shows it')
      .describe('The token that @BotFather shows after /newbot, or again after /token.')
      .meta({ secret: true }),
    webhookSecret: z
      .union([secretToken, z.array(secretToken).min(1)])
      .optional()
      .describe('What Telegram sends with each webhook so that we know it. Make one up; several, newest first, while it is changed.')
      .meta({ secret: true }),
    mode: z
      .enum(['webhook', 'polling'])
      .default('webhook')
      .describe('webhook: Telegram calls us, on a public https address. polling: we ask; for a hub that cannot be reached from outside.'),
    apiUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://api.telegram.org')
      .describe('Where the Bot API answers: a Bot API server of your own, or an emulator.'),
    username: z
      .string()
      .regex(/^@?[A-Za-z0-9_]{3,32}$/, "must be the bot's username, such as acme_help_bot")
      .optional()
      .describe(
        "The bot's username, so that @mentions in groups are known before the first call to Telegram. Optional: Telegram is asked for it.",
      ),
    onUncertain: z
      .enum(['resend', 'hold'])
      .optional()
      .describe('When a connection broke and the person may or may not have a message: send it once more, or leave it to a technician.'),
  })
  .superRefine((keys, context) => {
    if (keys.mode === 'webhook' && keys.webhookSecret === undefined)
      context.addIssue({
        code: 'custom',
        path: ['webhookSecret'],
        message: 'is needed where mode is webhook: without it anybody could write to the hub',
      })
  })

export type TelegramConfig = z.output<typeof config>

/** The bot's own user id is the part of its token before the colon. */
export const botId = (keys: TelegramConfig): number => Number(keys.botToken.split(':', 1)[0])
