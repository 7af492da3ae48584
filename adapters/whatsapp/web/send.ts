import type { Client, Message } from 'whatsapp-web.js'
import type { AdapterDeps, Address, Attempt, FetchedFile, Json, PlatformMessageId, Receipt } from '../../../src/channel/index.ts'
import { id } from '../../../src/channel/index.ts'
import { afterAsking, PageUnsure, refused } from './errors.ts'
import type { Library } from './library.ts'
import type { WebFileRef, WebPayload, WebReplyTo } from './wire.ts'

/** A browser that is linked and open, in this process. */
export type Open = { readonly client: Client; readonly library: Library; readonly over: AbortSignal }

/** A file goes through the browser as one text of base64; above this it is too much for the page. */
const largestFile = 64 * 1024 * 1024

type MediaPayload = Extract<WebPayload, { readonly file: unknown }>

/** Waits until WhatsApp's server has the message; where it says nothing before the attempt ends, the outcome is not known. */
export async function send(
  { client, library, over }: Open,
  deps: AdapterDeps,
  payload: WebPayload,
  to: Address,
  attempt: Attempt,
): Promise<Receipt> {
  const { chat } = to.reply as WebReplyTo
  const always = { waitUntilMsgSent: true, sendSeen: false, linkPreview: false, parseVCards: false } as const
  const [content, options] = await prepared(payload)
  const at = deps.now().toISOString()
  const sent = await asked(
    // Until a browser is idle again the library's types do not say that an unknown chat gives nothing.
    () => client.sendMessage(chat, content, { ...always, ...options }) as Promise<Message | undefined | null>,
    [attempt.signal, over],
  )
  if (!sent) throw refused('not_on_whatsapp', 'WhatsApp knows nobody there: the number is not on WhatsApp, or we are not in the group.')
  return { messages: [id(sent.id._serialized)], at }

  async function prepared(what: WebPayload): Promise<Parameters<Client['sendMessage']> extends [unknown, ...infer Rest] ? Rest : never> {
    switch (what.type) {
      case 'text':
        return [what.text]
      case 'contact':
        return [what.card, { parseVCards: true }]
      case 'place': {
        const { latitude, longitude, name, address } = what
        return [new library.Location(latitude, longitude, { ...(name ? { name } : {}), ...(address ? { address } : {}) })]
      }
      default: {
        const medium = await opened(what, deps, library, attempt.signal)
        const ogg = what.type === 'audio' && medium.mimetype.startsWith('audio/ogg')
        return [
          medium,
          {
            ...(what.caption ? { caption: what.caption } : {}),
            ...(what.type === 'document' ? { sendMediaAsDocument: true } : {}),
            ...(ogg ? { sendAudioAsVoice: true } : {}),
          },
        ]
      }
    }
  }
}

/** Runs what the page was asked for, at most until one of the signals says that nobody waits any more. */
export async function asked<Result>(go: () => Promise<Result>, until: readonly AbortSignal[]): Promise<Result> {
  const ended = AbortSignal.any([...until])
  if (ended.aborted) throw refused('not-listening', 'The browser is closing; nothing was sent.')
  const { promise: cut, reject } = Promise.withResolvers<never>()
  const stop = () => reject(new PageUnsure('nobody waits any more'))
  ended.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([go(), cut])
  } catch (error) {
    throw error instanceof PageUnsure ? error : afterAsking(error)
  } finally {
    ended.removeEventListener('abort', stop)
  }
}

async function opened({ file, mime, name }: MediaPayload, deps: AdapterDeps, library: Library, signal: AbortSignal) {
  try {
    const found: FetchedFile = 'stored' in file ? await deps.files.open(file.stored) : await fetched(deps, file.url, signal)
    const bytes = await within(found.body)
    const type = found.mime || mime || 'application/octet-stream'
    return new library.MessageMedia(type, bytes.toString('base64'), found.name ?? name ?? 'file', bytes.length)
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'PlatformError') throw cause
    throw refused('not_prepared', 'The file could not be opened; nothing was sent.', { cause })
  }
}

async function fetched(deps: AdapterDeps, url: string, signal: AbortSignal): Promise<FetchedFile> {
  const answer = await deps.fetch(url, { signal })
  if (!answer.ok || !answer.body) throw new Error(`the file's address answered ${answer.status}`)
  const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')
  return { mime: answer.headers.get('content-type')?.split(';')[0] ?? '', ...(name ? { name } : {}), body: answer.body }
}

async function within(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > largestFile) throw refused('bad_file', 'The file is larger than WhatsApp Web takes from a browser (64 MB).')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Edits a text of ours, or takes it back for everybody; WhatsApp lets a text be edited for 15 minutes. */
export async function revise(
  { client, over }: Open,
  deps: AdapterDeps,
  payload: WebPayload | null,
  name: PlatformMessageId,
  attempt: Attempt,
): Promise<Receipt> {
  const at = deps.now().toISOString()
  const done: Receipt = { messages: [name], at }
  const message = await client.getMessageById(name)
  if (payload === null) {
    if (message && message.type !== 'revoked') await asked(() => message.delete(true), [attempt.signal, over])
    return done
  }
  if (payload.type !== 'text' || !message) throw refused('too_old', 'WhatsApp does not let this message be changed.')
  const edited = await asked(() => message.edit(payload.text, { linkPreview: false }), [attempt.signal, over])
  if (!edited) throw refused('too_old', 'WhatsApp does not let this message be changed any more.')
  return done
}

/** The page fetches and deciphers the file; it comes over as one text of base64. */
export async function fetchFile({ client, over }: Open, ref: Json, signal: AbortSignal): Promise<FetchedFile> {
  const { message: name, mime, name: fileName } = ref as WebFileRef
  const message = await client.getMessageById(name)
  const size = (message?.rawData as { readonly size?: unknown } | undefined)?.size
  if (typeof size === 'number' && size > largestFile)
    throw refused('bad_file', 'The file is larger than can be taken from the browser (64 MB).')
  const file = message ? await asked(() => message.downloadMedia() as Promise<typeof none>, [signal, over]) : none
  if (!file) throw refused('file_gone', 'WhatsApp does not have this file any more, on the server or on the phone.')
  const body = new Blob([new Uint8Array(Buffer.from(file.data, 'base64'))]).stream()
  const called = file.filename ?? fileName
  return { mime: mime ?? file.mimetype.split(';')[0]!.trim(), ...(called ? { name: called } : {}), body }
}

const none = undefined as { readonly mimetype: string; readonly data: string; readonly filename?: string | null } | undefined
