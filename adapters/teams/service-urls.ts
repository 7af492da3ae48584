/** May our token go there? Each entry is an address that others begin with; `*.` in its host stands for one or more names. */
export function isAllowed(serviceUrl: string, allowed: readonly string[]): boolean {
  const url = parsed(serviceUrl)
  return url !== undefined && allowed.some((entry) => fits(url, entry))
}

function parsed(given: string): URL | undefined {
  if (!URL.canParse(given) || /[\s\\]/.test(given)) return undefined
  const url = new URL(given)
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
    ? url
    : undefined
}

function fits(url: URL, entry: string): boolean {
  const any = entry.includes('://*.')
  const pattern = parsed(any ? entry.replace('://*.', '://') : entry)
  if (!pattern || url.protocol !== pattern.protocol || url.port !== pattern.port) return false
  const host = any ? url.hostname.endsWith(`.${pattern.hostname}`) : url.hostname === pattern.hostname
  const path = pattern.pathname.endsWith('/') ? pattern.pathname : `${pattern.pathname}/`
  return host && `${url.pathname}/`.startsWith(path)
}

const storage = /\.(sharepoint\.(com|us|cn)|sharepoint-mil\.us|sharepoint-df\.com|svc\.ms)$/i

/** Microsoft's own places for people's files, over https; besides, whatever an account allows as a service. */
export function isStorage(given: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(given)) return false
  const url = new URL(given)
  if (url.username !== '' || url.password !== '') return false
  if (url.protocol === 'https:' && url.port === '' && storage.test(url.hostname)) return true
  return allowed.some((entry) => {
    const pattern = parsed(entry)
    return pattern !== undefined && pattern.origin === url.origin
  })
}
