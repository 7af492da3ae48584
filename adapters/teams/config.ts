import { z } from 'zod'
import { cloudOf } from './clouds.ts'

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i
/** Where Azure keeps the managed identity of a machine. */
const linkLocal = /^169\.254\.\d{1,3}\.\d{1,3}$/

const isSafe = (given: string, alsoPlain: RegExp): boolean => {
  if (!URL.canParse(given)) return true
  const { protocol, hostname } = new URL(given)
  return protocol === 'https:' || loopback.test(hostname) || alsoPlain.test(hostname)
}
const url = z.url({ protocol: /^https?$/ })
const never = /(?!)/

const serviceUrl = z
  .string()
  .regex(/^https?:\/\/(\*\.)?[a-z0-9.[\]:-]+(\/[^?#\s]*)?$/i, 'must be an address such as https://smba.trafficmanager.net/')
  .refine((given) => isSafe(given.replace('://*.', '://'), never), 'must begin with https:// because our token is sent there')

/** An account's keys as they stand in hub.yaml; https://learn.microsoft.com/azure/bot-service/bot-service-quickstart-registration */
export const config = z
  .strictObject({
    appId: z
      .string()
      .regex(guid, 'must be the Microsoft App ID of the bot, 8-4-4-4-12 hexadecimal digits')
      .describe('The Microsoft App ID on the Configuration page of the Azure Bot.'),
    appPassword: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The value of a client secret of the app registration. With UserAssignedMSI leave it out; only on Azure App Service it is that machine’s IDENTITY_HEADER.',
      )
      .meta({ secret: true }),
    tenantId: z
      .string()
      .regex(guid, 'must be the id of the tenant, 8-4-4-4-12 hexadecimal digits')
      .optional()
      .describe('The App Tenant ID on the same page. Left out only where appType is MultiTenant.'),
    appType: z
      .enum(['SingleTenant', 'MultiTenant', 'UserAssignedMSI'])
      .default('SingleTenant')
      .describe('The Bot Type on the same page. MultiTenant only for bots made before August 2025.'),
    openIdMetadataUrl: url
      .refine((given) => isSafe(given, never), 'must begin with https://')
      .default('https://login.botframework.com/v1/.well-known/openidconfiguration')
      .describe(
        'Where the keys are that sign what Teams sends. The government’s cloud: https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
      ),
    loginUrl: url
      .refine((given) => isSafe(given, linkLocal), 'must begin with https://')
      .default('https://login.microsoftonline.com')
      .describe(
        'Where our token comes from. The government’s cloud: https://login.microsoftonline.us. With UserAssignedMSI the machine’s identity endpoint; left out, 169.254.169.254.',
      ),
    allowedServiceUrls: z
      .array(serviceUrl)
      .min(1)
      .default([
        'https://smba.trafficmanager.net/',
        'https://smba.infra.gcc.teams.microsoft.com/',
        'https://smba.infra.gov.teams.microsoft.us/',
        'https://smba.infra.dod.teams.microsoft.us/',
      ])
      .describe('Only to addresses that begin so do answers go, and our token with them. *. stands for one or more names.'),
    onUncertain: z
      .enum(['resend', 'hold'])
      .optional()
      .describe('When a connection broke and the person may or may not have a message: send it once more, or leave it to a technician.'),
  })
  .superRefine((keys, context) => {
    const wrong = (path: keyof typeof keys, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (keys.appType !== 'MultiTenant' && keys.tenantId === undefined) wrong('tenantId', `is needed where appType is ${keys.appType}`)
    if (keys.appType !== 'UserAssignedMSI' && keys.appPassword === undefined)
      wrong('appPassword', `is needed where appType is ${keys.appType}: without it no answer could be sent`)
    const cloud = cloudOf(keys)
    if (keys.appType === 'MultiTenant' && cloud.commonTenant === undefined) wrong('appType', 'cannot be MultiTenant in this cloud')
    const login = URL.canParse(keys.loginUrl) ? new URL(keys.loginUrl).hostname : ''
    if (
      /^login\.(microsoftonline|partner\.microsoftonline)\./.test(login) &&
      login !== cloud.loginHost &&
      keys.appType !== 'UserAssignedMSI'
    )
      wrong('loginUrl', `belongs to another cloud than openIdMetadataUrl, whose is https://${cloud.loginHost}`)
  })

export type TeamsConfig = z.output<typeof config>
