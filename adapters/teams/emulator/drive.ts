import type { Answered, Asked } from '../../../src/channel/kit/emulator/serve.ts'
import { keepFile, type World } from './state.ts'

/** Where people's files are: whoever has the address may read, and an upload's place takes pieces in order. */
export function drive(world: World, asked: Asked): Answered {
  const [, , first, key] = asked.url.pathname.split('/')
  if (first === 'upload' && key && asked.method === 'PUT') return upload(world, key, asked)
  const file = world.files.get(first ?? '')
  if (asked.headers.authorization !== undefined)
    return { status: 401, body: { error: { code: 'unauthenticated', message: 'A token of somebody else came along.' } } }
  if (!file || asked.method !== 'GET') return { status: 404, body: { error: { code: 'itemNotFound', message: 'Item not found' } } }
  return { status: 200, headers: { 'content-type': file.mime }, body: file.bytes }
}

function upload(world: World, key: string, { headers, body: bytes }: Asked): Answered {
  const place = world.uploads.get(key)
  const say = (status: number, code: string): Answered => ({
    status,
    body: status < 400 ? { id: code } : { error: { code, message: code } },
  })
  if (!place) return say(404, 'itemNotFound')
  if (headers.authorization !== undefined) return say(401, 'unauthenticated')
  if (world.switches.uploadStatus >= 400) return say(world.switches.uploadStatus, 'generalException')
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '')
  const [from, to, total] = range ? range.slice(1).map(Number) : []
  if (!range || from !== place.received || to !== from! + bytes.length - 1 || total !== place.size) return say(416, 'invalidRange')
  place.chunks.push(bytes)
  place.received += bytes.length
  if (place.received < place.size) return say(202, 'more')
  const kept = keepFile(world, { name: place.name, mime: 'application/octet-stream', bytes: new Uint8Array(Buffer.concat(place.chunks)) })
  world.files.set(key, { ...kept, id: key })
  return say(201, key)
}
