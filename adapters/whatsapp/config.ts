import { z } from 'zod'

const word = z.string().min(1, 'must not be empty').meta({ secret: true })
const words = z.union([word, z.array(word).min(1)]).meta({ secret: true })

const onUncertain = z
  .enum(['resend', 'hold'])
  .optional()
  .describe('When a connection broke and the person may or may not have a message: send it once more, or leave it to a technician.')

const cloud = z.strictObject({
  transport: z
    .literal('cloud')
    .describe('cloud: the official Cloud API. web: a browser signed in as a phone; unofficial, and WhatsApp may bar the number for it.'),
  appSecret: words.describe(
    "The app's secret: App Dashboard, App settings, Basic. Signs what Meta sends; several, newest first, while it is changed.",
  ),
  verifyToken: words.describe("A word that you make up and enter with the webhook's address, so that Meta shows that it is you who asked."),
  accessToken: z
    .string()
    .regex(/^[\w.|-]{8,}$/, 'must be one word without blanks, as Business Settings shows it')
    .describe('The token of a system user, which does not expire: Business Settings, Users, System users, Generate token.')
    .meta({ secret: true }),
  phoneNumberId: z
    .string()
    .regex(/^\d{5,30}$/, 'must be the id of the number, digits in quotes: not the number itself')
    .describe('The id of the number that people write to: App Dashboard, WhatsApp, API Setup. Not the number itself.'),
  businessAccountId: z
    .string()
    .regex(/^\d{5,30}$/, 'must be the id of the WhatsApp business account, digits in quotes')
    .optional()
    .describe('The id of the WhatsApp business account that the number is in (API Setup): lets technicians pick its templates.'),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://graph.facebook.com/v25.0')
    .describe('The Graph API with its version; another address for an emulator.'),
  onUncertain,
})

const web = z.strictObject({
  transport: z.literal('web').describe('Unofficial: a browser signed in as a phone. WhatsApp may bar the number for it.'),
  sessionDir: z
    .string()
    .min(1)
    .describe("Where the signed-in browser's profile is kept: a secret, one folder for each account, kept when the hub is renewed."),
  chromiumPath: z.string().min(1).optional().describe('The Chromium to start; left out: the one that the machine has.'),
  phoneNumber: z
    .string()
    .regex(/^[1-9]\d{6,14}$/, 'must be the number with its country, digits alone, in quotes')
    .optional()
    .describe('The number to link, as digits with the country: the hub then shows a pairing code to type in, and no QR code.'),
  onUncertain,
})

/** An account's keys as they stand in hub.yaml; one account is one number. */
export const config = z.discriminatedUnion('transport', [cloud, web])

export type WhatsAppConfig = z.output<typeof config>
export type CloudConfig = z.output<typeof cloud>
export type WebConfig = z.output<typeof web>

/** The secret in force: the first where there are several. */
export const newest = (secrets: string | readonly string[]): string => (typeof secrets === 'string' ? secrets : secrets[0]!)
