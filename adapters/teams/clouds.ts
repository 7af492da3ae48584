/** What differs between the clouds; which one an account is in is told by where its keys are. */
export type Cloud = {
  readonly metadataHost: string
  readonly issuer: string
  readonly loginHost: string
  /** What our token is for. */
  readonly audience: string
  /** Where a bot of many tenants gets its token. */
  readonly commonTenant?: string
}

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
const worldwide: Cloud = {
  metadataHost: 'login.botframework.com',
  issuer: 'https://api.botframework.com',
  loginHost: 'login.microsoftonline.com',
  audience: 'https://api.botframework.com',
  commonTenant: 'botframework.com',
}
const others: readonly Cloud[] = [
  // https://learn.microsoft.com/azure/bot-service/how-to-deploy-gov-cloud-high
  {
    metadataHost: 'login.botframework.azure.us',
    issuer: 'https://api.botframework.us',
    loginHost: 'login.microsoftonline.us',
    audience: 'https://api.botframework.us',
    commonTenant: 'MicrosoftServices.onmicrosoft.us',
  },
  // https://docs.azure.cn/en-us/bot-service/how-to-deploy-china-cloud
  {
    metadataHost: 'login.botframework.azure.cn',
    issuer: 'https://api.botframework.azure.cn',
    loginHost: 'login.partner.microsoftonline.cn',
    audience: 'https://api.botframework.azure.cn',
  },
]

export function cloudOf({ openIdMetadataUrl }: { readonly openIdMetadataUrl: string }): Cloud {
  const host = URL.canParse(openIdMetadataUrl) ? new URL(openIdMetadataUrl).hostname : ''
  return others.find(({ metadataHost }) => metadataHost === host) ?? worldwide
}
