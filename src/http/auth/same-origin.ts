import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'

const harmless = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Was this call made by a page of the hub itself? Browsers send Origin with every call that changes something, and most say Sec-Fetch-Site;
 * a call with neither comes from a program, which has no cookies but those it was given.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers
  if (origin !== undefined)
    return origin !== 'null' && URL.canParse(origin) && (origin === new URL(publicUrl).origin || new URL(origin).host === host)
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

/** For routes that change something under a session cookie: a page of another site gets `HUB_CROSS_ORIGIN`. Reading passes. */
export const makeSameOrigin =
  ({ publicUrl }: { readonly publicUrl: string }) =>
  async (request: FastifyRequest): Promise<void> => {
    if (harmless.has(request.method) || request.headers.cookie === undefined) return
    if (!isSameOrigin(request.headers, publicUrl)) throw new HubError('HUB_CROSS_ORIGIN')
  }
