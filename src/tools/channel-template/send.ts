import { type Address, type Attempt, id, PlatformError, type Receipt } from '../../channel/index.ts'
import type { Http } from '../../channel/kit/http.ts'
import type { ExampleConfig } from './config.ts'
import type { Payload, Sent } from './wire.ts'

type Needs = { readonly http: Http; readonly keys: ExampleConfig; readonly now: () => Date }

/** Makes one payload visible, or throws what `classify` explains. What has to be uploaded is uploaded before, as `transient`. */
export async function send({ http, keys, now }: Needs, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const { status, headers, body } = await http.call({
    method: 'POST',
    path: 'messages',
    headers: { authorization: `Bearer ${keys.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ chat: to.conversation, ...payload }),
    signal: attempt.signal,
  })
  const answer = body.toString('utf8')
  if (status !== 200) {
    const seconds = Number(headers['retry-after'])
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined
    throw new PlatformError({ status, code: String(status), message: 'Example said no', retryAfterMs })
  }
  const sent = JSON.parse(answer) as Sent
  return { messages: sent.id === undefined ? [] : [id(sent.id)], at: now().toISOString() }
}
