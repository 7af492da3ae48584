import { z } from 'zod'

const secret = z.string().min(1).meta({ secret: true })

/** An account's keys as they stand in hub.yaml; `apiUrl` lets it speak to an emulator. */
export const config = z.strictObject({
  token: secret.describe('Where on their pages one finds it.').meta({ secret: true }),
  signingSecret: z
    .union([secret, z.array(secret).min(1)])
    .describe('What webhooks are signed with; several, newest first, while it is changed.')
    .meta({ secret: true }),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.example.org')
    .describe('Where the API answers; an emulator has another address.'),
})

export type ExampleConfig = z.output<typeof config>
