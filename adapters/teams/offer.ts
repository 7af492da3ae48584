import { type FileId, type InboundEvent, id, type Json, PlatformError } from '../../src/channel/index.ts'
import { NotPrepared } from '../../src/channel/kit/classify.ts'
import { ForeignService } from './errors.ts'
import { type Context, conversationPath, linkTo, open, replyOf } from './send.ts'
import { isStorage } from './service-urls.ts'
import { type AcceptedFile, fileInfoCard } from './wire.ts'

/** OneDrive wants pieces of a multiple of 320 KiB, of at most 60 MiB; https://learn.microsoft.com/graph/api/driveitem-createuploadsession */
const pieceBytes = 32 * 320 * 1024
const pieceMs = 60_000
const cardMs = 15_000
/** A repeated delivery of the same word must not upload a second time; it comes within a minute. */
const mostTaken = 1000

type Ref = { readonly accepted: AcceptedFile; readonly message: string }

/**
 * The person wants a file that was offered: its bytes go into their OneDrive, and the offer becomes the file. Where that does not work
 * the person gets a link in its place. The upload's address carries its own right, so our token never goes there.
 */
export async function deliverFile(context: Context, taken: Set<string>, event: InboundEvent): Promise<void> {
  const ref = event.ref as Ref | undefined
  if (event.kind !== 'receipt' || !ref?.accepted || taken.has(event.id)) return
  taken.add(event.id)
  if (taken.size > mostTaken) taken.delete(taken.values().next().value!)
  const { accepted, message } = ref
  const reply = replyOf(event.from)
  const path = `${conversationPath(reply)}/activities`
  const say = (method: 'PUT' | 'POST', activity: { readonly [key: string]: Json }) =>
    context.connector.call(reply.serviceUrl, {
      method,
      path: method === 'PUT' ? `${path}/${encodeURIComponent(message)}` : path,
      body: {
        type: 'message',
        ...(method === 'PUT' ? { id: message } : {}),
        from: { ...reply.bot },
        conversation: { id: reply.conversation },
        ...activity,
      },
      signal: AbortSignal.timeout(cardMs),
    })
  try {
    await upload(context, accepted)
  } catch (error) {
    const url = await linkTo(context.deps, { file: id<FileId>(accepted.file) })
    await say('POST', { text: `${accepted.name}: ${url}`, textFormat: 'plain' })
    throw error
  }
  const { name, contentUrl, uniqueId, fileType } = accepted
  const info = { contentType: fileInfoCard, contentUrl, name, content: { uniqueId, fileType } }
  try {
    await say('PUT', { attachments: [info] })
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    await say('POST', { attachments: [info] })
  }
}

async function upload({ keys, deps }: Context, { file, uploadUrl }: AcceptedFile): Promise<void> {
  if (!isStorage(uploadUrl, keys.allowedServiceUrls)) throw new ForeignService('the address for the upload is not Microsoft’s')
  const { bytes: total, body } = await open(deps, id<FileId>(file))
  let at = 0
  for await (const piece of pieces(body)) {
    const answer = await deps.fetch(uploadUrl, {
      method: 'PUT',
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `bytes ${at}-${at + piece.length - 1}/${total}`,
      },
      body: new Uint8Array(piece),
      redirect: 'error',
      signal: AbortSignal.timeout(pieceMs),
    })
    await answer.body?.cancel()
    if (!answer.ok) throw new NotPrepared(`the upload was refused: HTTP ${answer.status}`)
    at += piece.length
  }
}

/** Pieces of one size, the last one shorter. */
async function* pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    held.push(chunk)
    size += chunk.length
    while (size >= pieceBytes) {
      const all = Buffer.concat(held)
      yield all.subarray(0, pieceBytes)
      held = [all.subarray(pieceBytes)]
      size = all.length - pieceBytes
    }
  }
  if (size > 0) yield Buffer.concat(held)
}
