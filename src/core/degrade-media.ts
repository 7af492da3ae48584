import type { Capabilities, Content, FileRef, Media } from '../channel/index.ts'
import { type Carries, inPieces, limitOf } from './degrade-text.ts'
import { fits } from './split.ts'

type FileLimit = Exclude<Capabilities['media']['file'], false>

/** An unknown size is let through, an unknown type only where every type is. */
export function takesFile(file: FileRef, limit: FileLimit): boolean {
  if (file.bytes !== undefined && file.bytes > limit.maxBytes) return false
  if (!limit.mime) return true
  const mime = file.mime?.toLowerCase() ?? ''
  const bare = mime.split(';')[0]!.trim()
  return limit.mime.some(
    (allowed) => allowed === mime || allowed === bare || (allowed.endsWith('/*') && bare.startsWith(allowed.slice(0, -1))),
  )
}

/** As what it is, else as a file, else in words with a link; a caption that is too long follows as text. */
export function degradeMedia(media: Media, can: Carries, url: (file: FileRef) => string): readonly Content[] {
  const native = can.media[media.kind]
  if (native && takesFile(media.file, native)) return withCaption(media, can)
  const asFile = can.media.file
  if (asFile && takesFile(media.file, asFile)) {
    const { sticker: _, ...rest } = media
    return withCaption({ ...rest, kind: 'file' }, can)
  }
  return inPieces([media.caption, describeFile(media), url(media.file)].filter(Boolean).join('\n'), can)
}

function withCaption(media: Media, can: Carries): readonly Content[] {
  const { caption, ...bare } = media
  if (caption === undefined || fits(caption, limitOf(can.media.maxCaption, can))) return [media]
  return [bare, ...inPieces(caption, can)]
}

/** "report.pdf (1.2 MB)", or "image (840 kB)" where it has no name. */
const describeFile = ({ kind, file }: Media): string => (file.name || kind) + (file.bytes === undefined ? '' : ` (${size(file.bytes)})`)

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
