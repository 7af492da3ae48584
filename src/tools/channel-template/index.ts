import { type Adapter, defineAdapter, type HookRequest, type Verdict } from '../../channel/index.ts'
import { openHttp } from '../../channel/kit/http.ts'
import { isSigned } from '../../channel/kit/signature.ts'
import { capabilities } from './capabilities.ts'
import { config, type ExampleConfig } from './config.ts'
import { classify } from './errors.ts'
import { parse } from './parse.ts'
import { render } from './render.ts'
import { send } from './send.ts'
import type { Payload } from './wire.ts'

/** Example, as the hub speaks it. */
export const example = defineAdapter<ExampleConfig>({
  name: 'example',
  title: 'Example',
  source: 'Example',
  capabilities: () => capabilities,
  config,
  create: ({ id: account, config: keys }, deps): Adapter<Payload> => {
    const http = openHttp(keys.apiUrl)
    return {
      verify: async (request) => verify(request, keys),
      parse: (request) => parse(request, { account, now: deps.now }),
      render: (contents) => render(contents),
      send: (payload, to, attempt) => send({ http, keys, now: deps.now }, payload, to, attempt),
      classify,
      check: async (signal) => {
        try {
          const { status } = await http.call({ method: 'GET', path: 'me', headers: { authorization: `Bearer ${keys.token}` }, signal })
          return status === 200 ? { ok: true, detail: 'Example answers.' } : { ok: false, detail: `Example answers ${status}.` }
        } catch (error) {
          const { code, detail } = classify(error)
          return { ok: false, detail: detail ?? code }
        }
      },
      close: () => http.close(),
    }
  },
})

/** Looks at the raw bytes and compares in constant time; which header, which digest and how old is too old is the platform's to say. */
function verify(request: HookRequest, keys: ExampleConfig): Verdict {
  if (request.via === 'listen') return { ok: true }
  const given = request.headers['x-example-signature']
  if (given === undefined) return { ok: false, status: 401, reason: 'The signature is missing.' }
  const good = isSigned(given, { algorithm: 'sha256', secrets: keys.signingSecret, data: request.body, encoding: 'hex' })
  return good ? { ok: true } : { ok: false, status: 401, reason: 'The signature is not right.' }
}
