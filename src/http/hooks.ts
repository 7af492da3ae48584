import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccountId, ChannelName, HookReply, HookRequest } from '../channel/index.ts'
import type { Meter } from '../pipeline/ports.ts'
import { HubError } from './errors.ts'

/** The largest request a platform may send: Meta's batches reach 3 MB (https://developers.facebook.com/docs/whatsapp). */
const largestHook = 4 * 1024 * 1024

export type Receive = (channel: ChannelName, account: AccountId, request: HookRequest) => Promise<HookReply>

type Route = { Params: { readonly channel: string; readonly account: string } }

/** The door: `/hooks/<channel>/<account>`, raw bytes, acknowledged only when everything in them is filed. */
export async function hooks(app: FastifyInstance, { receive, meter }: { readonly receive: Receive; readonly meter: Meter }): Promise<void> {
  app.removeAllContentTypeParsers()
  for (const type of ['application/json', 'application/x-www-form-urlencoded'])
    app.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: largestHook }, (_request, body, done) => done(null, body))

  const handle = async (request: FastifyRequest<Route>, reply: FastifyReply): Promise<FastifyReply> => {
    const started = performance.now()
    const { channel, account } = request.params
    let answer: HookReply
    try {
      answer = await receive(channel, account as AccountId, hookRequest(request))
    } catch (error) {
      request.log.error(
        { step: 'file', channel, account, outcome: 'store', error },
        'nothing could be filed; the platform is asked to come again',
      )
      throw new HubError('HUB_STORE_AWAY')
    }
    if (answer.status === 404) throw new HubError('HUB_UNKNOWN_ACCOUNT')
    if (answer.status === 200) meter.time('ack', performance.now() - started, { channel })
    if (answer.headers) reply.headers(answer.headers)
    return reply.code(answer.status).send(answer.body ?? '')
  }
  // Platforms read no page: their answers carry none of the headers that guard one. A logger of each request's own would be made for the few that fail.
  const options = { helmet: false as const, schema: { hide: true }, childLoggerFactory: (log: FastifyBaseLogger) => log }
  app.post<Route>('/hooks/:channel/:account', options, handle)
  app.get<Route>('/hooks/:channel/:account', options, handle)
}

const nothing = new Uint8Array()

/** The request as plain data. A header that came several times is joined as HTTP says. */
function hookRequest(request: FastifyRequest): HookRequest {
  const headers: Record<string, string> = {}
  for (const name in request.headers) {
    const value = request.headers[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  const query: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.query as Record<string, string | string[]>))
    query[name] = typeof value === 'string' ? value : value.join(',')
  return {
    method: request.method === 'GET' ? 'GET' : 'POST',
    via: 'hook',
    query,
    headers,
    body: Buffer.isBuffer(request.body) ? request.body : nothing,
  }
}
