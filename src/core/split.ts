import {
  type Flat,
  flatten,
  markdownDialect,
  parseMarkdown,
  renderMarkdown,
  slice,
  spellOutLinks,
  toPlainText,
} from '../channel/kit/markdown.ts'

/** How long a text may be: UTF-16 code units, or bytes in UTF-8. */
export type Limit = { readonly max: number; readonly unit?: 'utf16' | 'bytes' | undefined }
/** A stretch of a text: `from` included, `to` not. */
export type Range = { readonly from: number; readonly to: number }
/** What `splitMarkdown` makes; `plain` where the marks alone would not fit. */
export type Piece = { readonly text: string; readonly format: 'plain' | 'markdown' }

const encoder = new TextEncoder()
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

export const measure = (text: string, unit: Limit['unit']): number => (unit === 'bytes' ? encoder.encode(text).length : text.length)

/** A code unit is at most three bytes, so most texts need no counting. */
export const fits = (text: string, { max, unit }: Limit): boolean =>
  unit === 'bytes' ? text.length * 3 <= max || (text.length <= max && measure(text, unit) <= max) : text.length <= max

/** Pieces within the limit, cut where a reader would pause: paragraph, sentence or line, word, else between two characters as people count them. */
export const splitText = (text: string, limit: Limit): readonly string[] =>
  fits(text, limit) ? [text] : splitRanges(text, limit).map(({ from, to }) => text.slice(from, to))

/** Where `splitText` cuts; the blanks at a cut belong to no piece. */
export const splitRanges = (text: string, limit: Limit): readonly Range[] =>
  rangesOf(text, (from) => pause(text, from, reach(text, from, limit)))

/** At most so long, with "…" for what is missing; unchanged where it fits. */
export function shorten(text: string, limit: Limit): string {
  if (fits(text, limit)) return text
  const room = limit.max - measure('…', limit.unit)
  const end = room > 0 ? character(text, 0, reach(text, 0, { ...limit, max: room })) : 0
  return measure(text.slice(0, end), limit.unit) > room ? '' : `${text.slice(0, end).trimEnd()}…`
}

/**
 * Markdown in pieces that each stand alone: fences, quotes and marks are closed at a cut and opened again after it, links and code
 * inside of a line stay whole where they can.
 */
export function splitMarkdown(text: string, limit: Limit): readonly Piece[] {
  if (fits(text, limit)) return [{ text, format: 'markdown' }]
  const flat = flatten(spellOutLinks(parseMarkdown(text), (url) => measure(url, limit.unit) > limit.max / 2))
  const pieces: Piece[] = []
  let plainFrom = flat.text.length
  const ranges = rangesOf(flat.text, (from) => {
    const to = pauseInMarkdown(flat, from, limit)
    if (to > from) return to
    plainFrom = from
    return flat.text.length
  })
  for (const { from, to } of ranges) {
    const tree = slice(flat, from, to)
    const written = renderMarkdown(tree, markdownDialect)
    if (from < plainFrom && bare(toPlainText(parseMarkdown(written))) === bare(toPlainText(tree))) {
      pieces.push({ text: written, format: 'markdown' })
    } else pieces.push(...splitText(toPlainText(tree), limit).map((piece): Piece => ({ text: piece, format: 'plain' })))
  }
  return pieces
}

const bare = (text: string): string => text.replace(/\s+/g, '')

function rangesOf(text: string, next: (from: number) => number): readonly Range[] {
  const ranges: Range[] = []
  let from = 0
  while (from < text.length) {
    const cut = next(from)
    let to = cut
    while (to > from && isBlank(text, to - 1)) to -= 1
    if (to > from) ranges.push({ from, to })
    from = afterBlanks(text, cut)
  }
  return ranges
}

/** Goes over the blanks at a cut, but leaves the indentation of a line. */
function afterBlanks(text: string, cut: number): number {
  let end = cut
  let line = cut
  for (; end < text.length && isBlank(text, end); end += 1) if (text[end] === '\n') line = end + 1
  return end === text.length || line === cut ? end : line
}

const isBlank = (text: string, at: number): boolean => /\s/.test(text[at] ?? '')

/** The furthest end within the limit; at least one code point, so that every text comes to its end. */
function reach(text: string, from: number, { max, unit }: Limit): number {
  const whole = (end: number) => (isInside(text, end) ? (end - 1 > from ? end - 1 : end + 1) : end)
  if (unit !== 'bytes') return whole(Math.min(text.length, from + Math.max(1, max)))
  let end = from
  for (let bytes = 0; end < text.length; ) {
    const point = text.codePointAt(end)!
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
    if (bytes > max && end > from) break
    end += point < 0x10000 ? 1 : 2
  }
  return end
}

const isInside = (text: string, at: number): boolean =>
  at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800

/** The best place to pause that is not after `end`. */
function pause(text: string, from: number, end: number): number {
  if (end >= text.length) return text.length
  const window = text.slice(from, end + 2)
  const least = Math.floor((end - from) * 0.4)
  const paragraph = window.lastIndexOf('\n\n', end - from)
  if (paragraph > least) return from + paragraph
  let word = 0
  let sentence = 0
  for (const { index, 0: blank } of window.matchAll(/\s(?![\p{M}\u200d])/gu)) {
    if (index > end - from) break
    if (index === 0 || /[\u00a0\u202f\ufeff]/.test(blank)) continue
    word = index
    if (blank === '\n' || /[.!?…:;。！？]["'”’»)\]]{0,3}$/.test(window.slice(Math.max(0, index - 4), index))) sentence = index
  }
  const wide = Math.max(...['。', '！', '？'].map((mark) => window.lastIndexOf(mark, end - from - 1))) + 1
  if (Math.max(sentence, wide) > least) return from + Math.max(sentence, wide)
  return word > 0 ? from + word : character(text, from, end)
}

/** The last end of a character (grapheme cluster) that is not after `end`; of a code point where one character alone is too long. */
function character(text: string, from: number, end: number): number {
  if (end >= text.length) return text.length
  let safe = end
  while (safe > from && !(isAscii(text, safe - 1) && isAscii(text, safe))) safe -= 1
  if (safe === end) return end
  let cut = safe
  for (const { index } of graphemes.segment(text.slice(safe, end + 64))) {
    if (safe + index > end) break
    cut = safe + index
  }
  return cut > from ? cut : isInside(text, end) ? end - 1 : end
}

const isAscii = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at)
  return unit >= 0x20 && unit < 0x7f
}

/** `from` itself where not even one character fits with its marks. */
function pauseInMarkdown(flat: Flat, from: number, limit: Limit): number {
  const holds = (to: number) => fits(renderMarkdown(slice(flat, from, to), markdownDialect), limit)
  let good = from
  let bad = Math.min(flat.text.length, from + limit.max) + 1
  if (holds(bad - 1)) good = bad - 1
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (holds(middle)) good = middle
    else bad = middle
  }
  while (good > from) {
    let cut = pause(flat.text, from, good)
    const kept = flat.whole.find(({ start, end }) => start > from && start < cut && cut < end)
    if (kept) cut = kept.start
    if (holds(cut)) return cut
    good = cut - 1
  }
  return from
}
