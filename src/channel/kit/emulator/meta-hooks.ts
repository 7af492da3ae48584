import type { Emulator, EmulatorOptions } from '../../emulator.ts'
import type { Json } from '../../ids.ts'
import { hmac } from '../signature.ts'
import { makeHooks } from './hooks.ts'
import { patienceOf, trialMs } from './patience.ts'
import type { Stage } from './stage.ts'

/** Items that Meta puts into one webhook: ours, there is no published number. */
const mostTogether = 50

/**
 * Brings Meta's webhooks to the hub: signed over the bytes, in turn escaped as Meta does and in UTF-8, several items in one when there are
 * many. What is refused comes again at once, then after ever longer pauses.
 */
export function makeMetaHooks<Item>(
  stage: Stage,
  by: Pick<EmulatorOptions, 'timeScale' | 'patienceMs'> & {
    readonly appSecret: string
    readonly verifyToken: string
    wrap(items: readonly Item[]): Json
  },
) {
  let bodies = 0
  const signature = (body: string | Uint8Array) => ({ 'x-hub-signature-256': `sha256=${hmac('sha256', by.appSecret, body, 'hex')}` })
  const hooks = makeHooks<Item>(stage, {
    timeScale: by.timeScale ?? 1,
    patienceMs: patienceOf(by, 20_000),
    together: mostTogether,
    pause: (tries) => (tries === 1 ? 0 : Math.min(3600, 2 ** (tries - 1))),
    holdsUp: true,
    isTaken: (status) => status === 200,
    write(items) {
      const json = JSON.stringify(by.wrap(items))
      const body = bodies++ % 2 === 0 ? escaped(json) : json
      return { body, headers: { 'user-agent': 'facebookexternalua', ...signature(body) } }
    },
  })
  const sign: Emulator['sign'] = async ({ method = 'POST', query = {}, headers = {}, body }) => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    const known = method === 'GET' ? { 'hub.mode': 'subscribe', 'hub.verify_token': by.verifyToken } : {}
    const proof = method === 'GET' ? {} : signature(bytes)
    const all = { 'content-type': 'application/json', ...headers, ...proof }
    return { method, via: 'hook', query: { ...known, ...query }, headers: all, body: bytes }
  }
  return {
    ...hooks,
    sign,
    /** Meta asks the address for the challenge first; throws where it does not come back. */
    async connect(url: URL, verifyToken: string): Promise<void> {
      const challenge = String(1_000_000_000 + Math.floor(Math.random() * 1_000_000_000))
      const asked = new URL(url)
      for (const [name, value] of [
        ['hub.mode', 'subscribe'],
        ['hub.verify_token', verifyToken],
        ['hub.challenge', challenge],
      ] as const)
        asked.searchParams.set(name, value)
      const response = await fetch(asked.href, { redirect: 'manual', signal: AbortSignal.timeout(trialMs) })
      const said = await response.text()
      if (response.status !== 200 || said !== challenge) throw new Error('the webhook did not give the challenge back')
      hooks.point(url)
    },
  }
}
export type MetaHooks<Item> = ReturnType<typeof makeMetaHooks<Item>>

/** What is not ASCII as \uXXXX in small letters, the way Meta writes and signs it. */
const escaped = (json: string): string =>
  json.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).replaceAll('/', '\\/')
