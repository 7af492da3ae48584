import type { Json } from '../../../src/channel/index.ts'
import type { Answered } from '../../../src/channel/kit/emulator/serve.ts'
import { answerOf, type CloudNumber, Refusal } from './number.ts'

const megabyte = 1024 * 1024
const office = /^application\/(pdf|msword|vnd\.ms-(excel|powerpoint)|vnd\.openxmlformats-officedocument\.[\w.]+)$/

/** What each kind may be, and how large. */
function kindOf(mime: string): { readonly kind: string; readonly limit: number } | undefined {
  if (/^image\/(jpeg|png)$/.test(mime)) return { kind: 'image', limit: 5 * megabyte }
  if (/^audio\/(aac|amr|mpeg|mp4|ogg)$/.test(mime)) return { kind: 'audio', limit: 16 * megabyte }
  if (/^video\/(mp4|3gpp)$/.test(mime)) return { kind: 'video', limit: 16 * megabyte }
  if (office.test(mime) || mime === 'text/plain') return { kind: 'document', limit: 100 * megabyte }
  return undefined
}

type Upload = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array }

/** `POST /{number}/media` */
export function uploadMedia({ stage }: CloudNumber, fields: { readonly [name: string]: unknown }, upload: Upload | undefined): Json {
  if (fields.messaging_product !== 'whatsapp') throw new Refusal(100, '(#100) The parameter messaging_product is required.')
  if (!upload || upload.bytes.length === 0) throw new Refusal(100, 'The parameter file is required.')
  const allowed = kindOf(upload.mime.split(';')[0]!.trim())
  if (!allowed) throw new Refusal(100, `Param file must be a file with one of the known types, not ${upload.mime}`)
  if (upload.bytes.length > allowed.limit) throw new Refusal(131053, 'The file is too large')
  return { id: stage.keepFile({ kind: allowed.kind, name: upload.name, mime: upload.mime, bytes: upload.bytes }).id }
}

/** `GET /{media}`: an address that lives for five minutes. */
export function locateMedia({ stage, addressLives }: CloudNumber, id: string, at: string): Json {
  const file = stage.files.get(id)
  if (!file) throw new Refusal(100, `Unsupported get request. Object with ID '${id}' does not exist`, 404)
  return {
    messaging_product: 'whatsapp',
    url: `${at}/lookaside/${id}?ext=${Date.now() + addressLives}`,
    mime_type: file.mime,
    sha256: 'SGVsbG8=',
    file_size: file.bytes.length,
    id,
  }
}

/** The bytes, for those who show the token. */
export function download(number: CloudNumber, id: string, url: URL, authorization: string | undefined): Answered {
  if (authorization !== `Bearer ${number.token}`) return answerOf(new Refusal(190, 'Authentication error', 401))
  const stale = number.staleAddresses > 0
  if (stale) number.staleAddresses--
  const file = number.stage.files.get(id)
  if (stale || !file || Number(url.searchParams.get('ext')) < Date.now()) return { status: 404, text: 'URL expired' }
  return { status: 200, headers: { 'content-type': file.mime }, body: file.bytes }
}
