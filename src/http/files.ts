import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import type { UploadedFile } from './api-types.ts'
import { HubError } from './errors.ts'

type File = { readonly id: string; readonly name: string; readonly mime: string; readonly bytes: number; readonly sha256: string }

/** What these routes need of the file store. */
export interface Files {
  keep(
    source: AsyncIterable<Uint8Array>,
    about: {
      readonly name: string
      readonly declaredMime: string | undefined
      readonly uploader: string | undefined
      readonly maxBytes: number
      readonly blockedTypes: readonly string[]
    },
  ): Promise<{ readonly ok: true; readonly file: File } | { readonly ok: false; readonly reason: 'too-large' | 'blocked' | 'empty' }>
  find(ids: readonly string[]): Promise<readonly File[]>
  open(id: string, range?: { readonly start: number; readonly end: number }): Promise<{ readonly body: Readable } | undefined>
  link(id: string, seconds: number, name?: string): string
  checkLink(id: string, until: string, signature: string): 'good' | 'forged' | 'expired'
}

/** Shown in the page; everything else is saved. Nothing that can hold a script is among them. */
const shown =
  /^(image\/(png|jpeg|gif|webp|avif|apng|bmp)|audio\/(mpeg|mp4|x-m4a|aac|ogg|opus|wav|wave|vnd\.wave|webm|flac|x-flac|amr)|video\/(mp4|webm|ogg|quicktime))$/
const policy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
/** How long the link in the answer to an upload holds. */
const uploadedLinkSeconds = 3_600

type FileRequest = { Params: { id: string; name: string }; Querystring: { until?: string; signature?: string } }

/** GET /files/:id/:name — for whoever holds a signed link; the name in it is for human eyes alone. */
export async function serveFiles(app: FastifyInstance, { files, now }: { readonly files: Files; readonly now: () => Date }): Promise<void> {
  app.get<FileRequest>('/files/:id/:name', async (request, reply) => {
    const { id } = request.params
    const { until, signature } = request.query
    if (typeof until !== 'string' || typeof signature !== 'string') throw new HubError('HUB_LINK_INVALID')
    const verdict = files.checkLink(id, until, signature)
    if (verdict === 'forged') throw new HubError('HUB_LINK_INVALID')
    if (verdict === 'expired') throw new HubError('HUB_LINK_EXPIRED')
    const [file] = await files.find([id])
    if (!file) throw new HubError('HUB_NOT_FOUND')
    const left = Math.max(0, Math.floor(Number(until) - now().getTime() / 1000))
    reply.headers({
      'content-disposition': `${shown.test(file.mime) ? 'inline' : 'attachment'}; ${nameHeader(file.name)}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': policy,
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': `private, max-age=${Math.min(left, 86_400)}, immutable`,
      'accept-ranges': 'bytes',
      etag: `"${file.sha256}"`,
    })
    if (request.headers['if-none-match'] === `"${file.sha256}"`) return reply.code(304).send()
    const wanted = request.headers['if-range'] === undefined || request.headers['if-range'] === `"${file.sha256}"`
    const range = wanted ? rangeOf(request.headers.range, file.bytes) : undefined
    if (range === 'beyond') return reply.code(416).header('content-range', `bytes */${file.bytes}`).send()
    const opened = await files.open(id, range)
    if (!opened) throw new HubError('HUB_NOT_FOUND')
    if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`)
    reply.header('content-length', range ? range.end - range.start + 1 : file.bytes)
    return reply.type(file.mime.startsWith('text/') ? `${file.mime}; charset=utf-8` : file.mime).send(opened.body)
  })
}

/** One range of bytes; several at once, and what is no range, get the whole file, as RFC 9110 (14.2) allows. */
function rangeOf(header: string | undefined, bytes: number): { readonly start: number; readonly end: number } | 'beyond' | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  const start = from === '' ? Math.max(0, bytes - Number(to)) : Number(from)
  const end = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1)
  if (from !== '' && to !== '' && Number(to) < start) return undefined
  return start >= bytes || (from === '' && Number(to) === 0) ? 'beyond' : { start, end }
}

/** RFC 6266: a plain name for old programs, the real one in UTF-8. */
function nameHeader(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const full = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `filename="${plain}"; filename*=UTF-8''${full}`
}

export type UploadOptions = {
  /** `/api/chat/files`, `/api/desk/files` */
  readonly path: string
  readonly files: Files
  /** Throws where the caller may not upload, before a byte is read. */
  readonly preHandler: preHandlerAsyncHookHandler | preHandlerAsyncHookHandler[]
  /** Whose file it is: the person's key, the technician's id. */
  readonly uploader: (request: FastifyRequest) => string
  readonly rules: () => { readonly maxBytes: number; readonly blockedTypes: readonly string[] }
}

/** POST <path>?name=… with the raw bytes and their Content-Type; answers the kept file with a link that holds an hour. */
export async function takeUploads(app: FastifyInstance, { path, files, preHandler, uploader, rules }: UploadOptions): Promise<void> {
  app.removeAllContentTypeParsers()
  // The bytes stay a stream: they are counted while they pass, and never held in memory.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.post<{ Querystring: { name?: string } }>(path, { preHandler }, async (request): Promise<UploadedFile> => {
    const { name } = request.query
    if (typeof name !== 'string' || name.trim() === '' || name.length > 1_000)
      throw new HubError('HUB_BAD_REQUEST', { field: 'name', hint: "Say the file's name: ?name=report.pdf" })
    const { maxBytes, blockedTypes } = rules()
    const tooLarge = () => new HubError('HUB_FILE_TOO_LARGE', { hint: `The limit is ${maxBytes} bytes.` })
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
    const about = { name, declaredMime: request.headers['content-type'], uploader: uploader(request), maxBytes, blockedTypes }
    // Broken off in the middle, the connection must live on to carry the refusal.
    const kept = await files.keep(request.raw.iterator({ destroyOnReturn: false }), about).finally(() => drop(request.raw))
    if (kept.ok) return { ...viewOf(kept.file), link: files.link(kept.file.id, uploadedLinkSeconds, kept.file.name) }
    switch (kept.reason) {
      case 'too-large':
        throw tooLarge()
      case 'blocked':
        throw new HubError('HUB_FILE_TYPE_BLOCKED')
      case 'empty':
        throw new HubError('HUB_FILE_EMPTY')
    }
  })
}

/** Reads what still comes and forgets it, for as long as a refused sender may take to notice. */
function drop(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  request.resume()
  setTimeout(() => request.complete || request.destroy(), patienceMs).unref()
}
const patienceMs = 10_000

const viewOf = ({ id, name, mime, bytes }: File) => ({ id, name, mime, bytes })
