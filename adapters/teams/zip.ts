import { crc32, deflateRawSync } from 'node:zlib'

export type ZipEntry = { readonly name: string; readonly bytes: Uint8Array }

/** The time of every entry, 1980-01-01: the same content is the same archive. */
const dosDate = 0x21
const version = 20
/** Names are UTF-8. */
const flags = 0x0800
const deflated = 8

/** An archive of a few small files; https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, bytes } of entries) {
    const data = deflateRawSync(bytes, { level: 9 })
    const title = Buffer.from(name, 'utf8')
    const local = fields([0x04034b50, 4], ...about(bytes, data, title))
    directory.push(fields([0x02014b50, 4], [version, 2], ...about(bytes, data, title), [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), title)
    files.push(local, title, data)
    at += local.length + title.length + data.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = fields([0x06054b50, 4], [0, 2], [0, 2], [entries.length, 2], [entries.length, 2], [size, 4], [at, 4], [0, 2])
  return new Uint8Array(Buffer.concat([...files, ...directory, end]))
}

type Field = readonly [value: number, bytes: 2 | 4]

const about = (bytes: Uint8Array, data: Buffer, title: Buffer): readonly Field[] => [
  [version, 2],
  [flags, 2],
  [deflated, 2],
  [0, 2],
  [dosDate, 2],
  [crc32(bytes), 4],
  [data.length, 4],
  [bytes.length, 4],
  [title.length, 2],
  [0, 2],
]

function fields(...list: readonly Field[]): Buffer {
  const out = Buffer.alloc(list.reduce((sum, [, bytes]) => sum + bytes, 0))
  let at = 0
  for (const [value, bytes] of list) at = out.writeUIntLE(value, at, bytes)
  return out
}
