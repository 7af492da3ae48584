import { Fragment, type ReactNode } from 'react'
import styles from './markdown.module.css'
import { type Block, parseMarkdown } from './markdown.ts'
import { type Inline, plainInlines } from './markdown-inline.ts'

/** Markdown as React elements: no HTML of a message ever reaches the page. */
export function MarkdownView({ text, longest }: { readonly text: string; readonly longest?: number }) {
  return <div className={styles.body}>{parseMarkdown(text, longest).map(block)}</div>
}

/** Text as typed; only line breaks and web addresses mean something. */
export function PlainView({ text }: { readonly text: string }) {
  return <div className={`${styles.body} ${styles.plain}`}>{plainInlines(text.replace(/\r\n?/g, '\n')).map(inline)}</div>
}

function block(node: Block, key: number): ReactNode {
  switch (node.is) {
    case 'paragraph':
      return <p key={key}>{node.inside.map(inline)}</p>
    case 'heading':
      return (
        <p key={key}>
          <strong>{node.inside.map(inline)}</strong>
        </p>
      )
    case 'code':
      return (
        <pre key={key}>
          <code>{node.text}</code>
        </pre>
      )
    case 'quote':
      return <blockquote key={key}>{node.inside.map(block)}</blockquote>
    case 'list': {
      // biome-ignore lint/suspicious/noArrayIndexKey: the items of a text have no names but their places
      const items = node.items.map((item, index) => <li key={index}>{item.map(block)}</li>)
      return node.start === null ? (
        <ul key={key}>{items}</ul>
      ) : (
        <ol key={key} start={node.start}>
          {items}
        </ol>
      )
    }
    case 'line':
      return <hr key={key} />
  }
}

function inline(node: Inline, key: number): ReactNode {
  switch (node.is) {
    case 'text':
      return <Fragment key={key}>{node.text}</Fragment>
    case 'code':
      return <code key={key}>{node.text}</code>
    case 'bold':
      return <strong key={key}>{node.inside.map(inline)}</strong>
    case 'italic':
      return <em key={key}>{node.inside.map(inline)}</em>
    case 'strike':
      return <s key={key}>{node.inside.map(inline)}</s>
    case 'link':
      return (
        <a key={key} href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {node.inside.map(inline)}
        </a>
      )
    case 'break':
      return <br key={key} />
  }
}
