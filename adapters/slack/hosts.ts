const slackHost = /(^|\.)(slack\.com|slack-gov\.com)$/

/**
 * May a file or our token go there? Slack's own hosts, https only, and the very origin of `apiUrl`. An answer of the platform may name
 * any address, and the request to it would come from inside our network.
 */
export function isSlackUrl(address: unknown, apiUrl: string): address is string {
  if (typeof address !== 'string' || !URL.canParse(address)) return false
  const { origin, protocol, hostname, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  return origin === new URL(apiUrl).origin || (protocol === 'https:' && slackHost.test(hostname))
}
