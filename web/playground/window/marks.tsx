import { Fragment, type ReactNode } from 'react'
import { plainInlines, safeLink } from '../../shared/markdown-inline.ts'
import type { AppMessage } from '../emulator.ts'

/** Text as typed; only web addresses mean something. */
export const PlainText = ({ message }: { readonly message: AppMessage }) => <>{linked(message.text)}</>

/** The signs that several apps share: *bold*, _italic_, ~struck~, `code`; they hold for a line, around whole words. */
export const StarText = ({ message }: { readonly message: AppMessage }) => <>{starred(message.text)}</>

export function linked(text: string): ReactNode[] {
  return plainInlines(text).map((node, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no names but their places
    if (node.is === 'text') return <Fragment key={index}>{node.text}</Fragment>
    if (node.is === 'link') return anchor(node.href, node.href, index)
    return '\n'
  })
}

export function anchor(href: string, inside: ReactNode, key: number | string): ReactNode {
  const safe = safeLink(href)
  if (!safe) return <Fragment key={key}>{inside}</Fragment>
  return (
    <a key={key} href={safe} target="_blank" rel="noopener noreferrer">
      {inside}
    </a>
  )
}

const sign = /```([\s\S]+?)```|`([^`\n]+)`|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\3(?![\p{L}\p{N}])/u

/** `plain` draws what no sign marks. */
export function starred(text: string, plain: (text: string) => ReactNode[] = linked): ReactNode[] {
  const out: ReactNode[] = []
  let rest = text
  for (let key = 0; rest !== ''; key += 1) {
    const found = sign.exec(rest)
    const before = found ? rest.slice(0, found.index) : rest
    if (before !== '') out.push(<Fragment key={`text ${key}`}>{plain(before)}</Fragment>)
    if (!found) break
    out.push(marked(found, key, plain))
    rest = rest.slice(found.index + found[0].length)
  }
  return out
}

function marked([, block, code, mark, inside = '']: RegExpExecArray, key: number, plain: (text: string) => ReactNode[]): ReactNode {
  if (block !== undefined) return <pre key={key}>{block.replace(/^\n|\n$/g, '')}</pre>
  if (code !== undefined) return <code key={key}>{code}</code>
  switch (mark) {
    case '*':
      return <strong key={key}>{starred(inside, plain)}</strong>
    case '_':
      return <em key={key}>{starred(inside, plain)}</em>
    default:
      return <s key={key}>{starred(inside, plain)}</s>
  }
}
