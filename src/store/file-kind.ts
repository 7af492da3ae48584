/** Longest part of a file that is looked at as text; more than browsers look at when they guess (1,445 bytes, https://mimesniff.spec.whatwg.org). */
export const headBytes = 4_096
const longestName = 120

const unknown = 'application/octet-stream'

/** Containers that say more by what was declared than by their first bytes. */
const refined: { readonly [sniffed: string]: RegExp } = {
  'application/x-cfb': /^application\/(msword|vnd\.ms-(excel|powerpoint|outlook|project)|vnd\.visio)$/,
  'application/zip': /^application\/(vnd\.openxmlformats-officedocument\.[\w.-]+|vnd\.oasis\.opendocument\.[\w.-]+|epub\+zip)$/,
  'application/xml': /^(image\/svg\+xml|text\/xml)$/,
  'video/webm': /^audio\/webm$/,
  'video/mp4': /^audio\/mp4$/,
  'application/ogg': /^(audio|video)\/ogg$/,
}
const textual = /^(text\/[\w.+-]+|application\/(json|xml|yaml|x-yaml|toml|javascript|rtf|x-ndjson)|image\/svg\+xml|message\/rfc822)$/
const markup = /<(!doctype\s+html|html|head|body|script|svg|iframe|object|embed|meta|style|title|table|img|a\s)/i

/** A file's name as it may be shown and saved: no folders, no hidden or direction-turning characters, nothing that Windows treats in its own way. */
export function cleanName(given: string): string {
  const last =
    given
      .toWellFormed()
      .normalize('NFC')
      .split(/[/\\]/)
      .filter((piece) => piece.trim() !== '')
      .at(-1) ?? ''
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  const safe = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(plain) ? `_${plain}` : plain
  if (safe.length <= longestName) return safe || 'file'
  const ending = /\.\w{1,10}$/.exec(safe)?.[0] ?? ''
  return [...safe].slice(0, longestName - ending.length).join('') + ending
}

/** How names of these types end; the first ending is the one that is given. */
const endings: { readonly [mime: string]: readonly string[] } = {
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'video/mp4': ['mp4'],
  'audio/mpeg': ['mp3'],
  'audio/mp4': ['m4a', 'mp4'],
  'audio/ogg': ['ogg', 'oga', 'opus'],
  'application/pdf': ['pdf'],
}

/** The name with an ending that says what the file is: platforms that take nothing but links look there. */
export function withEnding(name: string, mime: string): string {
  const fitting = endings[mime]
  return fitting === undefined || fitting.some((ending) => name.toLowerCase().endsWith(`.${ending}`)) ? name : `${name}.${fitting[0]}`
}

/** `Text/HTML; charset=utf-8` as `text/html`; what is no MIME type is no type that we know. */
export function plainMime(declared: string | undefined): string {
  const mime = declared?.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/.test(mime) ? mime : unknown
}

/**
 * What the file is. Its bytes win over what was declared; declared is believed where bytes cannot tell (text) or tell less (containers).
 * A picture, sound or film that begins with markup is none: it would be a page where somebody opens it as one.
 */
export function realMime(head: Uint8Array, sniffed: string | undefined, declared: string): string {
  const words = new TextDecoder('latin1').decode(head.subarray(0, headBytes))
  if (sniffed !== undefined) {
    if (refined[sniffed]?.test(declared)) return declared
    if (sniffed === 'application/xml') return /<svg[\s>]/i.test(words) ? 'image/svg+xml' : sniffed
    return /^(image|audio|video)\//.test(sniffed) && markup.test(words) ? unknown : sniffed
  }
  if (!isText(head)) return unknown
  return textual.test(declared) ? declared : 'text/plain'
}

/** UTF-8 without control characters other than blanks; the last character may be cut off. */
function isText(head: Uint8Array): boolean {
  try {
    const words = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return !/(?!\s)\p{Cc}/u.test(words)
  } catch {
    return false
  }
}

/** Rules are endings without the dot (`exe`) or MIME types (`video/*`), as in hub.attachments.blockedTypes. */
export function isBlocked(
  file: { readonly name: string; readonly types: readonly string[]; readonly ending?: string },
  rules: readonly string[],
): boolean {
  const name = file.name.toLowerCase()
  return rules.some((given) => {
    const rule = given.toLowerCase()
    if (rule.endsWith('/*')) return file.types.some((type) => type.startsWith(rule.slice(0, -1)))
    if (rule.includes('/')) return file.types.includes(rule)
    const ending = rule.replace(/^\*?\./, '')
    return name.endsWith(`.${ending}`) || file.ending === ending
  })
}
