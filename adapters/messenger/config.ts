import { z } from 'zod'

const word = z.string().min(1, 'must not be empty').meta({ secret: true })
const words = z.union([word, z.array(word).min(1)]).meta({ secret: true })

/** An account's keys as they stand in hub.yaml; one account is one page. */
export const config = z.strictObject({
  appSecret: words.describe(
    "The app's secret: App Dashboard, App settings, Basic. Signs what Meta sends; several, newest first, while it is changed.",
  ),
  verifyToken: words.describe('A word that you make up and enter with the webhook’s address, so that Meta shows that it is you who asked.'),
  pageAccessToken: z
    .string()
    .regex(/^[\w.|-]{8,}$/, 'must be one word without blanks, as Messenger API Settings shows it')
    .describe('The access token of the page that people write to: App Dashboard, Messenger, Messenger API Settings, Generate.')
    .meta({ secret: true }),
  pageId: z
    .string()
    .regex(/^\d{5,30}$/, 'must be the id of the page, digits in quotes')
    .optional()
    .describe(
      'The id of the page (Page settings, About): what comes for another page of the app is then kept in quarantine, not answered.',
    ),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://graph.facebook.com/v25.0')
    .describe('The Graph API with its version; another address for an emulator.'),
  onUncertain: z
    .enum(['resend', 'hold'])
    .optional()
    .describe('When a connection broke and the person may or may not have a message: send it once more, or leave it to a technician.'),
})

export type MessengerConfig = z.output<typeof config>

/** The secret in force: the first where there are several. */
export const newest = (secrets: string | readonly string[]): string => (typeof secrets === 'string' ? secrets : secrets[0]!)
