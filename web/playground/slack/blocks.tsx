import { Fragment, type ReactNode } from 'react'
import { anchor, linked, starred } from '../window/marks.tsx'
import type { TextProps } from '../window/skin.ts'
import type { Block, SlackMessage } from './api.ts'
import styles from './slack.module.css'

/** Blocks where a message has them, else its text; the buttons of the blocks stand under it. */
export function SlackText({ message, deskName }: TextProps) {
  const { blocks, raw, mrkdwn, text, by } = message as SlackMessage
  // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a message have no names but their places
  if (by === 'hub' && blocks) return blocks.map((block, index) => <Drawn key={index} block={block} deskName={deskName} />)
  return <>{mrkdwn && raw !== undefined ? lines(raw, deskName) : linked(text)}</>
}

/** The words of a block; what can be pressed or filled in stands elsewhere. */
export function Drawn({ block, deskName }: { readonly block: Block; readonly deskName: string }): ReactNode {
  switch (block.type) {
    case 'header':
      return <strong className={styles.heading}>{block.text?.text}</strong>
    case 'section':
      return <p className={styles.section}>{block.text?.type === 'mrkdwn' ? lines(block.text.text, deskName) : block.text?.text}</p>
    case 'image':
      return <p className={styles.section}>{anchor(block.image_url ?? '', block.alt_text ?? 'Picture', 'picture')}</p>
    case 'divider':
      return <hr />
    default:
      return null
  }
}

/** Line by line, because a > at its beginning quotes a line. */
function lines(text: string, deskName: string): ReactNode[] {
  const plain = (words: string) => linksIn(words, deskName)
  const whole = text.includes('```') ? [text] : text.split('\n')
  return whole.map((line, index) => {
    const quote = /^(?:&gt;|>) ?/.exec(line)
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text have no names but their places
    if (quote) return <blockquote key={index}>{starred(line.slice(quote[0].length), plain)}</blockquote>
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text have no names but their places
      <Fragment key={index}>
        {index > 0 ? '\n' : ''}
        {starred(line, plain)}
      </Fragment>
    )
  })
}

const signs: { readonly [entity: string]: string } = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }
const readable = (text: string) => text.replace(/&(?:amp|lt|gt);/g, (entity) => signs[entity] ?? entity)

/** What stands in angle brackets is a link or a mention; https://docs.slack.dev/messaging/formatting-message-text */
function linksIn(text: string, deskName: string): ReactNode[] {
  return text.split(/(<[^<>\n]+>)/).map((piece, index) => {
    const found = /^<([^|>]+)(?:\|([^>]*))?>$/.exec(piece)
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no names but their places
    if (!found) return <Fragment key={index}>{readable(piece)}</Fragment>
    const [, target = '', label] = found
    if (/^[@#!]/.test(target))
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no names but their places
        <span key={index} className={styles.mention}>
          {label ?? (target.startsWith('@') ? `@${deskName}` : target)}
        </span>
      )
    return anchor(readable(target), readable(label ?? target), index)
  })
}
