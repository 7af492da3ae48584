import { createHash, randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { fileTypeFromStream } from 'file-type'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import type { AccountId, AdapterFiles, ChannelName, FileId } from '../channel/index.ts'
import { hmac, sameBytes } from '../channel/kit/signature.ts'
import type { Db } from './connect.ts'
import { cleanName, headBytes, isBlocked, plainMime, realMime, withEnding } from './file-kind.ts'
import { attachFiles, deleteFile, findFiles, insertFile, rememberedMedia, rememberMedia, type StoredFile } from './files.ts'

export type FileSource = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array
export type FileAbout = {
  readonly name: string
  /** What the sender says it is; its bytes decide. */
  readonly declaredMime?: string | undefined
  readonly conversation?: string | undefined
  readonly uploader?: string | undefined
  readonly maxBytes: number
  /** As hub.attachments.blockedTypes has them. */
  readonly blockedTypes?: readonly string[]
}
export type Kept =
  | { readonly ok: true; readonly file: StoredFile }
  | { readonly ok: false; readonly reason: 'too-large' | 'blocked' | 'empty' }
export type OpenFile = StoredFile & { readonly body: Readable }

export interface FileStore {
  /** Kept for good when this resolves. A refused or broken off file leaves nothing behind; rejects where the source or the disk breaks. */
  keep(source: FileSource, about: FileAbout): Promise<Kept>
  find(ids: readonly string[]): Promise<readonly StoredFile[]>
  /** The bytes, or those from `start` to `end` (both included); undefined where the file is gone. */
  open(id: string, range?: { readonly start: number; readonly end: number }): Promise<OpenFile | undefined>
  attach(ids: readonly string[], conversation: string): Promise<void>
  remove(id: string): Promise<void>
  /** Lasts `seconds`, and up to a quarter longer, so that a page that is read again names the same address. `name` is for human eyes. */
  link(id: string, seconds: number, name?: string): string
  /** Is this a link that we made, and does it still hold? */
  checkLink(id: string, until: string, signature: string): 'good' | 'forged' | 'expired'
  forAccount(channel: ChannelName, account: AccountId): AdapterFiles
}
export type FileStoreDeps = {
  readonly db: Db
  /** Made where it does not exist. */
  readonly directory: string
  readonly now: () => Date
  readonly secret: string
  /** Without a slash at its end; asked for at each link, because a port may be known only after the start. */
  readonly publicUrl: string | (() => string)
}

/** The hub's own files: bytes on a disk, what they are in the table `files`. */
export function makeFileStore({ db, directory, now, secret, publicUrl }: FileStoreDeps): FileStore {
  const disk = new Disk(new FSDriver({ location: directory, visibility: 'private' }))
  const signature = (id: string, until: string) =>
    Buffer.from(hmac('sha256', secret, `file:${id}:${until}`, 'base64'), 'base64').toString('base64url')

  const keep = async (source: FileSource, about: FileAbout): Promise<Kept> => {
    const name = cleanName(about.name)
    const declared = plainMime(about.declaredMime)
    const rules = about.blockedTypes ?? []
    if (isBlocked({ name, types: [declared] }, rules)) return { ok: false, reason: 'blocked' }
    const id = randomUUID()
    const read: Read = { bytes: 0, head: Buffer.alloc(0), hash: createHash('sha256') }
    try {
      await disk.putStream(keyOf(id), Readable.from(counted(source, about.maxBytes, read), { objectMode: false }))
      if (read.bytes === 0) return await refuse(id, 'empty')
      const sniffed = await fileTypeFromStream(Readable.toWeb(await disk.getStream(keyOf(id))) as ReadableStream<Uint8Array>)
      const mime = realMime(read.head, sniffed?.mime, declared)
      const types = [mime, ...(sniffed ? [sniffed.mime] : [])]
      if (isBlocked({ name, types, ...(sniffed ? { ending: sniffed.ext } : {}) }, rules)) return await refuse(id, 'blocked')
      await settle(join(directory, keyOf(id)))
      const { conversation = null, uploader = null } = about
      const file: StoredFile = { id, name, mime, bytes: read.bytes, sha256: read.hash.digest('hex'), conversation, uploader }
      await insertFile(db, file, now())
      return { ok: true, file }
    } catch (error) {
      const refusal = await refuse(id, 'too-large')
      if (read.bytes > about.maxBytes) return refusal
      throw read.broken ?? error
    }
  }
  const refuse = async (id: string, reason: 'too-large' | 'blocked' | 'empty'): Promise<Kept> => {
    await disk.delete(keyOf(id)).catch(() => undefined)
    return { ok: false, reason }
  }
  const openFile: FileStore['open'] = async (id, range) => {
    const [file] = await findFiles(db, [id])
    if (!file || !(await disk.exists(keyOf(file.id)))) return undefined
    const stream = await disk.getStream(keyOf(file.id))
    return { ...file, body: range ? Readable.from(slice(stream, range.start, range.end), { objectMode: false }) : stream }
  }
  const link: FileStore['link'] = (id, seconds, name) => {
    const step = Math.max(1, Math.floor(seconds / 4))
    const until = String(Math.ceil((Math.floor(now().getTime() / 1000) + seconds) / step) * step)
    const base = typeof publicUrl === 'string' ? publicUrl : publicUrl()
    return `${base}/files/${id}/${encodeURIComponent(name ?? 'file')}?until=${until}&signature=${signature(id, until)}`
  }
  const adapterFiles = (channel: ChannelName, account: AccountId): AdapterFiles => ({
    async open(id: FileId) {
      const file = await openFile(id)
      if (!file) throw new Error(`the file ${id} is gone`)
      const { mime, name, bytes } = file
      return { mime, name, bytes, body: Readable.toWeb(file.body) as ReadableStream<Uint8Array> }
    },
    async link(id, seconds) {
      const [file] = await findFiles(db, [id])
      return link(id, seconds, file && withEnding(file.name, file.mime))
    },
    remembered: (id) => rememberedMedia(db, channel, account, id),
    remember: (id, media) => rememberMedia(db, channel, account, id, media, now()),
  })
  return {
    keep,
    find: (ids) => findFiles(db, ids),
    open: openFile,
    attach: (ids, conversation) => attachFiles(db, ids, conversation),
    async remove(id) {
      const [file] = await findFiles(db, [id])
      if (!file) return
      await deleteFile(db, id)
      await disk.delete(keyOf(file.id))
    },
    link,
    checkLink(id, until, given) {
      if (!sameBytes(given, signature(id, until))) return 'forged'
      return now().getTime() < Number(until) * 1000 ? 'good' : 'expired'
    },
    forAccount: adapterFiles,
  }
}

const keyOf = (id: string) => `${id.slice(0, 2)}/${id}`

type Read = { bytes: number; head: Buffer; readonly hash: ReturnType<typeof createHash>; broken?: unknown }

/** Passes the bytes on, counts them, and breaks off with the first one too many. */
async function* counted(source: FileSource, maxBytes: number, read: Read) {
  try {
    for await (const chunk of source instanceof Uint8Array ? [source] : (source as AsyncIterable<Uint8Array>)) {
      read.bytes += chunk.length
      if (read.bytes > maxBytes) throw new Error('the file is larger than it may be')
      if (read.head.length < headBytes) read.head = Buffer.concat([read.head, chunk.subarray(0, headBytes - read.head.length)])
      read.hash.update(chunk)
      yield chunk
    }
  } catch (error) {
    read.broken = error
    throw error
  }
}

async function* slice(stream: Readable, start: number, end: number) {
  let at = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (at + chunk.length > start) yield chunk.subarray(Math.max(0, start - at), end + 1 - at)
    at += chunk.length
    if (at > end) return
  }
}

/** Off the machine's caches and onto the disk, the folder's entry too: what was answered with 200 survives a loss of power. */
async function settle(path: string): Promise<void> {
  for (const [at, mode] of [
    [path, 'r+'],
    [dirname(path), 'r'],
  ] as const) {
    const handle = await open(at, mode)
    await handle.sync().finally(() => handle.close())
  }
}
