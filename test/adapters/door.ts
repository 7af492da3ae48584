import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Adapter, EventOf, HookReply, HookRequest, InboundEvent } from '../../src/channel/index.ts'
import { eventually } from '../contract/contract-bench.ts'

/** The hub's door, as small as it can be: verifies, parses, keeps. `refuse`: answers so many requests with 500 first; `answer` may write the body. */
export async function openTestDoor(adapter: Adapter, answer?: (event: InboundEvent) => HookReply | undefined) {
  const events: InboundEvent[] = []
  const requests: HookRequest[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', 'http://hub')
    const hook: HookRequest = {
      method: request.method === 'GET' ? 'GET' : 'POST',
      via: 'hook',
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks),
    }
    requests.push(hook)
    const isTrial = !hook.body.toString().includes('message')
    if (!isTrial && door.refuse > 0) {
      door.refuse--
      return void response.writeHead(500).end()
    }
    const verdict = await adapter.verify(hook)
    if (!verdict.ok) return void response.writeHead(verdict.status).end()
    const parsed = adapter.parse(hook)
    events.push(...parsed.events)
    const reply = parsed.reply ?? parsed.events.map((event) => answer?.(event)).find((one) => one !== undefined)
    response.writeHead(reply?.status ?? 200, reply?.headers).end(reply?.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/channel/main`)
  const door = {
    url,
    events,
    requests,
    refuse: 0,
    async next<Kind extends InboundEvent['kind']>(kind: Kind, since: number): Promise<EventOf<Kind>> {
      return (await eventually(() => events.slice(since).find((event) => event.kind === kind))) as EventOf<Kind>
    },
    async close() {
      await adapter.close?.()
      server.closeAllConnections()
      server.close()
    },
  }
  return door
}
