import type { Text } from '../../src/channel/index.ts'
import { escapeMarkdown, markdownDialect } from '../../src/channel/kit/markdown.ts'
import type { Entity } from './wire.ts'

type Mark = { readonly type: string; readonly from: number; readonly to: number; readonly entity: Entity }

const inlineTypes = new Set(['bold', 'italic', 'strikethrough', 'code', 'text_link'])
const blockTypes = new Set(['pre', 'blockquote', 'expandable_blockquote'])

/**
 * What the person typed; markdown only where something in it is marked. Entities that markdown cannot say (underline, spoiler)
 * and those that Telegram finds by itself (links, mentions, hashtags) leave the text as typed.
 */
export function textOf(text: string, entities: readonly Entity[] | undefined): Text {
  const marks = (entities ?? []).flatMap((entity): Mark[] => {
    const { type, offset, length } = entity
    if (!inlineTypes.has(type) && !blockTypes.has(type)) return []
    if (type === 'text_link' && !entity.url) return []
    const [from, to] = [Math.max(0, offset), Math.min(text.length, offset + length)]
    return Number.isInteger(from) && from < to ? [{ type, from, to, entity }] : []
  })
  if (marks.length === 0) return { type: 'text', text }
  marks.sort((a, b) => a.from - b.from || b.to - a.to)
  return { type: 'text', text: writeBlocks(text, marks), format: 'markdown' }
}

function writeBlocks(text: string, marks: readonly Mark[]): string {
  const pieces: string[] = []
  let at = 0
  for (const block of marks.filter((mark) => blockTypes.has(mark.type))) {
    if (block.from < at) continue
    if (block.from > at) pieces.push(writeLines(text, at, block.from, marks).replace(/\n$/, ''))
    pieces.push(writeBlock(text, block, marks))
    at = block.to
    if (text[at] === '\n') at++
  }
  if (at < text.length) pieces.push(writeLines(text, at, text.length, marks))
  return pieces.filter((piece) => piece !== '').join('\n\n')
}

function writeBlock(text: string, block: Mark, marks: readonly Mark[]): string {
  if (block.type === 'pre') {
    const language = block.entity.language
    return markdownDialect.pre(text.slice(block.from, block.to), language && /^[\w+#.-]{1,40}$/.test(language) ? language : undefined)
  }
  return markdownDialect.quote(writeLines(text, block.from, block.to, marks))
}

/** A mark ends with its line: markdown's marks cannot reach over an empty one. */
function writeLines(text: string, from: number, to: number, marks: readonly Mark[]): string {
  const lines: string[] = []
  for (let start = from; start <= to; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 || newline > to ? to : newline
    const within = marks.filter((mark) => inlineTypes.has(mark.type) && mark.from < end && mark.to > start)
    lines.push(escapedFirst(writeSpan(text, start, end, within)))
    start = end + 1
  }
  return lines.join('\n')
}

/** `+`, `#`, `>` and numbers make lists, headings and quotes at the start of a line. */
const escapedFirst = (line: string) => line.replace(/^(\s*)(\d{1,9})([.)])(?=\s|$)/, '$1$2\\$3')

const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character)
const entityOf = (character: string) => `&#x${character.codePointAt(0)!.toString(16)};`

function writeSpan(text: string, from: number, to: number, marks: readonly Mark[]): string {
  let out = ''
  let at = from
  let guardNext = false
  const plain = (end: number) => {
    if (end <= at) return
    const first = String.fromCodePoint(text.codePointAt(at)!)
    if (guardNext && isWord(first)) {
      out += entityOf(first)
      at += first.length
    }
    guardNext = false
    if (end > at) out += escapeMarkdown(text.slice(at, end))
    at = end
  }
  for (const [index, mark] of marks.entries()) {
    let [start, end] = [Math.max(mark.from, at), Math.min(mark.to, to)]
    while (start < end && /\s/.test(text[start]!)) start++
    while (start < end && /\s/.test(text[end - 1]!)) end--
    if (start >= end) continue
    plain(start)
    guardNext = false
    const inside = marks.slice(index + 1).filter((other) => other.type !== mark.type && other.from < end && other.to > start)
    const { written, loose } = wrap(text, start, end, mark, inside, out.at(-1))
    if (loose) out = guardLast(out)
    out += written
    at = end
    guardNext = loose
  }
  plain(to)
  return out
}

/** Between a letter and a mark that begins or ends with punctuation, markdown sees no mark unless the letter is written as an entity. */
function guardLast(out: string): string {
  const last = [...out.slice(-2)].at(-1)
  return last !== undefined && isWord(last) && !out.endsWith(';') ? out.slice(0, -last.length) + entityOf(last) : out
}

function wrap(text: string, from: number, to: number, mark: Mark, inside: readonly Mark[], before: string | undefined) {
  const { type, entity } = mark
  if (type === 'code') return { written: markdownDialect.code(text.slice(from, to)), loose: false }
  const inner = writeSpan(text, from, to, inside)
  if (type === 'text_link') return { written: markdownDialect.link(inner, entity.url!, false), loose: false }
  if (type === 'strikethrough') return { written: `~~${inner}~~`, loose: true }
  const sign = before === '*' || inner.startsWith('*') || inner.endsWith('*') ? '_' : '*'
  return { written: type === 'bold' ? sign + sign + inner + sign + sign : sign + inner + sign, loose: true }
}
