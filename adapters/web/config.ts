import { z } from 'zod'

const megabyte = 1024 * 1024
const secret = z.string().min(32, 'must be at least 32 characters').meta({ secret: true })

const origin = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) => URL.canParse(url) && new URL(url).origin === url.toLowerCase() && !url.includes('*'),
    'must be an origin such as https://www.example.org, without a path',
  )

/** An account's keys as they stand in hub.yaml; the last two are filled in by the hub itself. */
export const config = z.strictObject({
  allowedOrigins: z
    .array(origin)
    .default([])
    .describe('Other web sites that may embed the chat, as https://www.example.org; pages of the hub itself always may.'),
  guest: z.boolean().default(true).describe('Let people chat who have not signed in.'),
  onUncertain: z
    .enum(['resend', 'hold'])
    .optional()
    .describe('Without effect here: pages read what was said from the hub, so nothing is ever shown twice.'),
  tokenSecret: z
    .union([secret, z.array(secret).min(1)])
    .optional()
    .describe('Signs the tokens of the people who chat. Leave it out: the hub makes one on its first start and keeps it.')
    .meta({ secret: true }),
  maxFileBytes: z
    .int()
    .min(1)
    .default(5 * megabyte)
    .describe('The largest file shown in the chat itself, in bytes. Leave it out: it follows hub.attachments.maxBytes.'),
})

export type WebConfig = z.output<typeof config>
