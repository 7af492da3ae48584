import { type Content, type FileRef, id, type MediaKind, type PlatformMessageId } from '../../src/channel/index.ts'
import { type Activity, type Attachment, type FileDownloadInfo, fileDownload, type TeamsFileRef } from './wire.ts'

const types: { readonly [extension: string]: string } = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  zip: 'application/zip',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
}

const kindOf = (mime: string | undefined): MediaKind => {
  const [kind] = (mime ?? '').split('/')
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file'
}

/** Files, and what we cannot read, by their type. The HTML beside a formatted message is not one of them. */
export function attachmentsOf({ attachments }: Activity): readonly Content[] {
  if (!Array.isArray(attachments)) return []
  return (attachments as readonly (Attachment | null)[]).flatMap((one) => (one && typeof one === 'object' ? contentOf(one) : []))
}

function contentOf(attachment: Attachment): readonly Content[] {
  const { contentType, contentUrl, name, content } = attachment
  if (typeof contentType !== 'string' || contentType === 'text/html') return []
  const called = typeof name === 'string' && name !== '' ? { name } : {}
  if (contentType === fileDownload) {
    const { downloadUrl, fileType } = (content ?? {}) as FileDownloadInfo
    if (typeof downloadUrl !== 'string') return [unreadable(attachment)]
    const extension = typeof fileType === 'string' ? fileType : (called.name?.split('.').at(-1) ?? '')
    const mime = types[extension.toLowerCase()]
    return [media({ from: 'download', url: downloadUrl, ...(mime ? { mime } : {}), ...called })]
  }
  if (/^(image|audio|video)\//.test(contentType) && typeof contentUrl === 'string') {
    const mime = contentType.endsWith('/*') ? undefined : contentType.split(';')[0]!
    const file = media({ from: 'attachment', url: contentUrl, ...(mime ? { mime } : {}), ...called })
    return [mime ? file : { ...file, kind: kindOf(contentType) }]
  }
  return [unreadable(attachment)]
}

function media(ref: TeamsFileRef): Extract<Content, { type: 'media' }> {
  const { mime, name } = ref
  const file: FileRef = { ...(mime ? { mime } : {}), ...(name ? { name } : {}), ref: { ...ref } }
  return { type: 'media', kind: kindOf(mime), file }
}

const unreadable = ({ contentType, name }: Attachment): Content => ({
  type: 'unreadable',
  platformType: String(contentType).slice(0, 100),
  ...(typeof name === 'string' && name !== '' ? { text: name } : {}),
})

/** A reply in a chat quotes the message it replies to, by its id, in the HTML beside it. */
export function quotedIn({ attachments }: Activity): PlatformMessageId | undefined {
  const html = Array.isArray(attachments)
    ? (attachments as readonly Attachment[]).find((one) => one?.contentType === 'text/html')?.content
    : undefined
  const found =
    typeof html === 'string' ? /<blockquote\b[^>]*schema\.skype\.com\/Reply[^>]*\bitemid="([^"]{1,100})"/i.exec(html)?.[1] : undefined
  return found === undefined ? undefined : id(found)
}
