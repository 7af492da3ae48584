import { badArgument } from './refusal.ts'

const allowed = new Set('strong b em i strike s del code pre blockquote a ul ol li br p at'.split(' '))
const blocks = new Set('pre blockquote ul ol li p'.split(' '))
const entities: { readonly [name: string]: string } = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: '\u00a0' }

/** The text of `textFormat: xml` as the person reads it; refuses marks that are not closed in order, and what Teams does not show. */
export function readXml(xml: string): string {
  let text = ''
  const open: { readonly name: string; items: number }[] = []
  const breakLine = () => {
    if (text !== '' && !text.endsWith('\n')) text += '\n'
  }
  for (const [token, closing, name, , decimal, hex, entity] of xml.matchAll(
    /<(\/?)([a-z]+)((?:\s+[a-z]+="[^"<>]*")*)\s*\/?>|&(?:#(\d+)|#x([\da-f]+)|([a-z]+));|[\s\S]/gi,
  )) {
    if (name !== undefined) {
      const tag = name.toLowerCase()
      if (!allowed.has(tag)) throw badArgument(`unsupported tag ${tag}`)
      if (tag === 'br') text += '\n'
      else if (closing === '/') {
        if (open.pop()?.name !== tag) throw badArgument(`unexpected end of ${tag}`)
        if (blocks.has(tag)) breakLine()
      } else {
        if (blocks.has(tag)) breakLine()
        const list = open.at(-1)
        if (tag === 'li') {
          if (list?.name !== 'ul' && list?.name !== 'ol') throw badArgument('an item outside of a list')
          text += list.name === 'ol' ? `${++list.items}. ` : '• '
        }
        open.push({ name: tag, items: 0 })
      }
    } else if (token.length > 1) {
      const point = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined
      const character = point === undefined ? entities[entity!.toLowerCase()] : String.fromCodePoint(point)
      if (character === undefined) throw badArgument(`unknown entity ${token}`)
      text += character
    } else if (token === '<' || token === '&') throw badArgument(`a bare ${token}`)
    else text += token
  }
  if (open.length > 0) throw badArgument(`${open.at(-1)!.name} is not closed`)
  return text.replace(/\n$/, '')
}
