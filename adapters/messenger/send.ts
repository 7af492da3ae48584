import { type AdapterDeps, type Address, type Attempt, id, type Receipt } from '../../src/channel/index.ts'
import { ForeignAnswer, NotPrepared } from '../../src/channel/kit/classify.ts'
import { safeFileName } from '../../src/channel/kit/meta-file.ts'
import { type Graph, GraphRefusal } from '../../src/channel/kit/meta-graph.ts'
import { tagRefused } from './errors.ts'
import { ownMetadata, type Payload, type ReplyTo } from './wire.ts'

type Context = { readonly graph: Graph; readonly deps: AdapterDeps }
/** How Messenger knows an upload of ours, in milliseconds since 1970. */
type Remembered = { readonly attachment: string; readonly type: string; readonly at: number }

/** Attachment ids expire after 90 days: https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets (2026-04-22) */
const keptMs = 85 * 24 * 3_600_000

export const placeOf = (to: Address): ReplyTo => to.reply as ReplyTo

/** `metadata` comes back in the echo of the message, so that an unknown outcome can be traced by hand. */
export async function send({ graph, deps }: Context, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const { psid, page } = placeOf(to)
  const post = async (message: Payload['message']): Promise<Receipt> => {
    // Watermarks of what was read are the platform's times: ours must not be later than the message's.
    const at = deps.now().toISOString()
    const { messaging_type, tag } = payload
    const body = {
      recipient: { id: psid },
      messaging_type,
      ...(tag ? { tag } : {}),
      message: { ...message, metadata: `${ownMetadata}${attempt.idempotencyKey}` },
    }
    const path = `${encodeURIComponent(page)}/messages`
    const sent = await graph
      .call<{ readonly message_id?: string }>({ method: 'POST', path, body, signal: attempt.signal })
      .catch((error: unknown) => {
        throw tag === undefined ? error : aboutTag(error)
      })
    if (!sent.message_id) throw new ForeignAnswer(200, 'Meta')
    return { messages: [id(sent.message_id)], at }
  }
  if (!payload.upload) return post(payload.message)
  const { type } = payload.upload
  const attached = (attachment: string) => post({ attachment: { type, payload: { attachment_id: attachment } } })
  const known = await remembered(deps, payload.upload)
  if (known !== undefined) {
    try {
      return await attached(known)
    } catch (error) {
      if (!(error instanceof GraphRefusal) || error.graph.code !== 100 || error.graph.subcode === 2018001) throw error
    }
  }
  return attached(await upload({ graph, deps }, payload.upload, page, attempt.signal))
}

/** A missing permission under a tag is about the tag: the page may still answer within 24 hours, so the account goes on. */
function aboutTag(error: unknown): unknown {
  if (!(error instanceof GraphRefusal) || ![3, 10, 200, 230].includes(error.graph.code) || error.graph.subcode !== undefined) return error
  return new GraphRefusal(error.status, { ...error.graph, code: 10, subcode: tagRefused })
}

async function remembered(deps: AdapterDeps, { file, type }: NonNullable<Payload['upload']>): Promise<string | undefined> {
  const known = (await deps.files.remembered(file).catch(() => undefined)) as Remembered | undefined
  const isFresh = known?.type === type && deps.now().getTime() - known.at < keptMs
  return isFresh ? known.attachment : undefined
}

async function upload(
  { graph, deps }: Context,
  wanted: NonNullable<Payload['upload']>,
  page: string,
  signal: AbortSignal,
): Promise<string> {
  const { file, type, name, mime } = wanted
  let bytes: Blob
  let called: string
  try {
    const opened = await deps.files.open(file)
    const given = new Uint8Array(await new Response(opened.body).arrayBuffer())
    bytes = new Blob([given], { type: opened.mime || mime || 'application/octet-stream' })
    called = safeFileName(opened.name ?? name, type)
  } catch (cause) {
    throw new NotPrepared('the file could not be opened', { cause })
  }
  const message = JSON.stringify({ attachment: { type, payload: { is_reusable: true } } })
  const path = `${encodeURIComponent(page)}/message_attachments`
  const { attachment_id } = await graph.upload<{ readonly attachment_id?: string }>(
    path,
    { message },
    { field: 'filedata', bytes, name: called },
    signal,
  )
  if (!attachment_id) throw new NotPrepared('the upload was answered without an id')
  await deps.files.remember(file, { attachment: attachment_id, type, at: deps.now().getTime() } satisfies Remembered).catch(() => undefined)
  return attachment_id
}
