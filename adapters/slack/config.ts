import { z } from 'zod'

const signingSecret = z
  .string()
  .regex(/^\S{8,128}$/, 'must be the Signing Secret as the app’s Basic Information page shows it')
  .meta({ secret: true })

/** An account's keys as they stand in hub.yaml: one app in one workspace. */
export const config = z
  .strictObject({
    signingSecret: z
      .union([signingSecret, z.array(signingSecret).min(1)])
      .optional()
      .describe(
        'Basic Information, App Credentials, Signing Secret. Several, newest first, while it is changed. Not needed with mode: socket.',
      )
      .meta({ secret: true }),
    botToken: z
      .string()
      .regex(/^(xoxe\.)?xoxb-[A-Za-z0-9-]{4,400}$/, 'must be the Bot User OAuth Token, which begins with xoxb-')
      .describe('OAuth & Permissions, Bot User OAuth Token: xoxb-…')
      .meta({ secret: true }),
    appToken: z
      .string()
      .regex(/^xapp-[A-Za-z0-9-]{4,400}$/, 'must be an App-Level Token, which begins with xapp-')
      .optional()
      .describe('Only for mode: socket. Basic Information, App-Level Tokens, with the scope connections:write: xapp-…')
      .meta({ secret: true }),
    mode: z
      .enum(['http', 'socket'])
      .default('http')
      .describe(
        'http: Slack calls us, on a public https address. socket: we connect to Slack; for a hub that cannot be reached from outside.',
      ),
    apiUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://slack.com/api/')
      .describe('Where the Web API answers: https://slack-gov.com/api/ for GovSlack, or an emulator.'),
    onUncertain: z
      .enum(['resend', 'hold'])
      .optional()
      .describe('When a connection broke and the person may or may not have a message: send it once more, or leave it to a technician.'),
  })
  .superRefine((keys, context) => {
    if (keys.mode === 'http' && keys.signingSecret === undefined)
      context.addIssue({
        code: 'custom',
        path: ['signingSecret'],
        message: 'is needed where mode is http: without it anybody could write to the hub',
      })
    if (keys.mode === 'socket' && keys.appToken === undefined)
      context.addIssue({ code: 'custom', path: ['appToken'], message: 'is needed where mode is socket: the connection is opened with it' })
  })

export type SlackConfig = z.output<typeof config>
