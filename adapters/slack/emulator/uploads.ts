import type { Json } from '../../../src/channel/index.ts'
import type { Arguments } from './body.ts'
import type { Delivery } from './delivery.ts'
import { addressed, post, required } from './posting.ts'
import { Refusal } from './refusal.ts'
import { nextId, type World, wireFile } from './state.ts'

type Started = { readonly name: string; readonly length: number; bytes?: Uint8Array }
const started = new WeakMap<World, Map<string, Started>>()
const startedIn = (world: World): Map<string, Started> => {
  const all = started.get(world) ?? new Map<string, Started>()
  started.set(world, all)
  return all
}

/** The first of three steps; https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
export function openUpload(world: World, given: Arguments): { readonly [key: string]: Json } {
  const name = required(given, 'filename')
  const length = Number(given.length)
  if (!Number.isInteger(length) || length < 1) throw new Refusal('missing_argument')
  const file_id = nextId(world, 'F')
  startedIn(world).set(file_id, { name, length })
  return { file_id, upload_url: `${world.slack.uploadUrl ?? `${world.url}/upload`}/v1/${file_id}` }
}

/** The second: the bytes. The host for uploads wants no token, and whoever shows it one shows it to a stranger. */
export function takeUpload(world: World, file: string, bytes: Uint8Array): boolean {
  const upload = startedIn(world).get(file)
  if (!upload || bytes.length !== upload.length) return false
  upload.bytes = bytes
  return true
}

/** The third: shares it in a channel, or keeps it for the app alone. Sharing is seen a moment later where `shareDelayMs` says so. */
export function complete(context: { readonly world: World; readonly delivery: Delivery; readonly given: Arguments }): {
  readonly [key: string]: Json
} {
  const { world, given } = context
  const files = given.files as readonly { readonly id?: string; readonly title?: string }[] | undefined
  if (!Array.isArray(files) || files.length === 0) throw new Refusal('invalid_arguments')
  const channel = given.channel_id === undefined ? undefined : addressed(world, given, 'channel_id')
  const kept = files.map(({ id = '' }) => {
    const upload = startedIn(world).get(id)
    if (!upload?.bytes) throw new Refusal('file_not_found')
    return { id, name: upload.name, mime: mimeOf(upload.name), bytes: upload.bytes, shares: [] as { channel: string; ts: string }[] }
  })
  for (const file of kept) {
    world.files.set(file.id, file)
    startedIn(world).delete(file.id)
  }
  if (channel) {
    const text = given.initial_comment === undefined ? '' : String(given.initial_comment)
    const ids = kept.map(({ id }) => id)
    const { message } = post(context, { channel, text, files: ids, method: 'files.completeUploadExternal' })
    const share = () => {
      for (const { shares } of kept) shares.push({ channel: channel.id, ts: message.ts })
    }
    if (world.slack.shareDelayMs > 0) setTimeout(share, world.slack.shareDelayMs).unref()
    else share()
  }
  return { files: kept.map((file) => ({ ...(wireFile(world, { ...file, shares: [] }) as object) })) }
}

const mimes: { readonly [ending: string]: string } = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain',
  html: 'text/html',
}
const mimeOf = (name: string): string => mimes[name.split('.').pop()?.toLowerCase() ?? ''] ?? 'application/octet-stream'
