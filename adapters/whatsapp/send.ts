import { type AdapterDeps, type Address, type Attempt, id, type Json, type Receipt } from '../../src/channel/index.ts'
import { ForeignAnswer, NotPrepared } from '../../src/channel/kit/classify.ts'
import { safeFileName } from '../../src/channel/kit/meta-file.ts'
import { type Graph, GraphRefusal } from '../../src/channel/kit/meta-graph.ts'
import { pairRate } from './errors.ts'
import { callbackData } from './people.ts'
import type { Payload, ReplyTo } from './wire.ts'

type Context = { readonly graph: Graph; readonly deps: AdapterDeps; readonly number: string; readonly pauses: Pauses }
type Upload = NonNullable<Payload['upload']>
/** How WhatsApp knows an upload of ours, in milliseconds since 1970. */
type Remembered = { readonly media: string; readonly at: number }

/** Ids of uploads hold 30 days: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media */
const keptMs = 28 * 24 * 3_600_000

/** The person by BSUID, whether or not a number is known; without one by number. A number given beside it would win, and may be old. */
export function recipientOf(to: Address): { readonly [key: string]: Json } {
  const { group, bsuid, waId } = to.reply as ReplyTo
  if (group !== undefined) return { recipient_type: 'group', to: group }
  if (bsuid !== undefined) return { recipient_type: 'individual', recipient: bsuid }
  return { recipient_type: 'individual', to: waId! }
}

type Answer = { readonly messages?: readonly { readonly id?: string }[] }

export async function send(context: Context, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const { graph, number, pauses } = context
  const post = async (part: Json): Promise<Receipt> => {
    const at = context.deps.now().toISOString()
    const body = {
      messaging_product: 'whatsapp',
      ...recipientOf(to),
      type: payload.type,
      [payload.type]: part,
      biz_opaque_callback_data: callbackData(to),
    }
    const sent = await pauses.around(to, () =>
      graph.call<Answer>({ method: 'POST', path: `${number}/messages`, body, signal: attempt.signal }),
    )
    const messages = (sent.messages ?? []).flatMap((message) => (message.id ? [id<Receipt['messages'][number]>(message.id)] : []))
    if (messages.length === 0) throw new ForeignAnswer(200, 'Meta')
    return { messages, at }
  }
  const { upload } = payload
  if (!upload) return post(payload.type === 'contacts' ? payload.body.contacts! : payload.body)
  const known = await remembered(context.deps, upload)
  if (known !== undefined) {
    try {
      return await post(placed(payload, known))
    } catch (error) {
      if (!(error instanceof GraphRefusal) || !isGone(error)) throw error
    }
  }
  return post(placed(payload, await uploadFile(context, upload, attempt.signal)))
}

const isGone = ({ graph }: GraphRefusal) => graph.code === 100 || graph.code === 131009 || graph.code === 131052 || graph.code === 131053

const placed = ({ body, upload }: Payload, media: string): Json =>
  upload?.into === 'header' ? { ...body, header: { type: 'image', image: { id: media } } } : { id: media, ...body }

async function remembered(deps: AdapterDeps, { file }: Upload): Promise<string | undefined> {
  const known = (await deps.files.remembered(file).catch(() => undefined)) as Remembered | undefined
  return known !== undefined && deps.now().getTime() - known.at < keptMs ? known.media : undefined
}

async function uploadFile({ graph, deps, number }: Context, { file, mime, name }: Upload, signal: AbortSignal): Promise<string> {
  let bytes: Blob
  let called: string
  let type: string
  try {
    const opened = await deps.files.open(file)
    type = opened.mime || mime || 'application/octet-stream'
    bytes = new Blob([new Uint8Array(await new Response(opened.body).arrayBuffer())], { type })
    called = safeFileName(opened.name ?? name, 'file')
  } catch (cause) {
    throw new NotPrepared('the file could not be opened', { cause })
  }
  const fields = { messaging_product: 'whatsapp', type }
  const answer = await graph.upload<{ readonly id?: string }>(`${number}/media`, fields, { field: 'file', bytes, name: called }, signal)
  if (!answer.id) throw new NotPrepared('the upload was answered without an id')
  await deps.files.remember(file, { media: answer.id, at: deps.now().getTime() } satisfies Remembered).catch(() => undefined)
  return answer.id
}

/** Refusals in a row that still lengthen the pause: 4^5 seconds are 17 minutes. */
const longestRow = 5
const mostPairs = 10_000

/** Counts, for each conversation, how often in a row WhatsApp said that it was too much for this person. */
export type Pauses = ReturnType<typeof makePauses>

/** Waits 4^X seconds, X = 0, 1, 2 …: https://developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform (pair rate limits) */
export function makePauses() {
  const rows = new Map<string, number>()
  return {
    async around<Result>(to: Address, go: () => Promise<Result>): Promise<Result> {
      try {
        const result = await go()
        rows.delete(to.conversation)
        return result
      } catch (error) {
        if (!(error instanceof GraphRefusal) || error.graph.code !== pairRate || error.retryAfterMs !== undefined) throw error
        const row = rows.get(to.conversation) ?? 0
        if (rows.size >= mostPairs) rows.delete(rows.keys().next().value!)
        rows.set(to.conversation, Math.min(longestRow, row + 1))
        throw new GraphRefusal(error.status, error.graph, 1000 * 4 ** row)
      }
    },
  }
}
