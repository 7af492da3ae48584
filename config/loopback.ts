/** Is this a host name or address that only this machine can reach? Brackets of an IPv6 address may be there. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '')
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** Is this a URL whose host only this machine can reach? */
export const isLoopback = (url: unknown): boolean => typeof url === 'string' && URL.canParse(url) && isLoopbackHost(new URL(url).hostname)
