import type { Entity } from '../wire.ts'
import { Refusal } from './refusal.ts'

const kinds: { readonly [tag: string]: string } = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  code: 'code',
  pre: 'pre',
  a: 'text_link',
  blockquote: 'blockquote',
  'tg-spoiler': 'spoiler',
}
const names: { readonly [name: string]: string } = { lt: '<', gt: '>', amp: '&', quot: '"' }

const bad = (what: string) => new Refusal(400, `Bad Request: can't parse entities: ${what}`)

/** Telegram's HTML as the person reads it; refuses what the server refuses. */
export function readHtml(html: string): { readonly text: string; readonly entities: readonly Entity[] } {
  let text = ''
  const entities: Entity[] = []
  const open: { readonly tag: string; readonly offset: number; readonly more: Partial<Entity> }[] = []
  let at = 0
  while (at < html.length) {
    const character = html[at]!
    if (character === '&') {
      const entity = /^&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/i.exec(html.slice(at, at + 12))
      const value = entity && (entity[1] ? code(Number(entity[1])) : entity[2] ? code(Number.parseInt(entity[2], 16)) : names[entity[3]!])
      text += value ?? '&'
      at += value === undefined || value === null ? 1 : entity![0].length
    } else if (character === '<') {
      const tag = /^<(\/?)([a-z][a-z-]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/i.exec(html.slice(at))
      const offset = Buffer.byteLength(html.slice(0, at))
      if (!tag) throw bad(`Unsupported start tag "${html.slice(at + 1).split(/[\s>]/, 1)[0]}" at byte offset ${offset}`)
      const name = tag[2]!.toLowerCase()
      if (tag[1] === '/') close(name, offset)
      else start(name, tag[3]!, offset)
      at += tag[0].length
    } else {
      text += character
      at++
    }
  }
  if (open.length > 0) throw bad(`Can't find end tag corresponding to start tag "${open.at(-1)!.tag}"`)
  return { text, entities }

  function start(tag: string, attributes: string, offset: number) {
    if (!kinds[tag]) throw bad(`Unsupported start tag "${tag}" at byte offset ${offset}`)
    const href = /href="([^"]*)"/.exec(attributes)?.[1]
    const language = /class="language-([^"]*)"/.exec(attributes)?.[1]
    const more = { ...(href === undefined ? {} : { url: readHtml(href).text }), ...(language === undefined ? {} : { language }) }
    open.push({ tag, offset: text.length, more })
  }
  function close(tag: string, offset: number) {
    const last = open.pop()
    if (!last) throw bad(`Unexpected end tag at byte offset ${offset}`)
    if (last.tag !== tag) throw bad(`Unmatched end tag at byte offset ${offset}, expected "</${last.tag}>", found "</${tag}>"`)
    const length = text.length - last.offset
    if (length > 0) entities.push({ type: kinds[tag]!, offset: last.offset, length, ...last.more })
  }
}

const code = (point: number): string | undefined => (point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : undefined)
