import { Fragment, type ReactNode } from 'react'
import type { AppMessage } from '../emulator.ts'
import { anchor, linked } from '../window/marks.tsx'
import type { TeamsMessage } from './api.ts'
import styles from './teams.module.css'

/** An adaptive card, the marks that Teams knows as HTML, or text as typed. */
export function TeamsText({ message }: { readonly message: AppMessage }) {
  const { card, html, text } = message as TeamsMessage
  if (card) return <CardText card={card as Card} />
  if (html) return <>{children(new DOMParser().parseFromString(html, 'text/html').body)}</>
  return <>{linked(text)}</>
}

type Run = { readonly text?: string; readonly weight?: string; readonly size?: string; readonly color?: string }
type Card = { readonly body?: readonly (Run & { readonly type: string; readonly spacing?: string; readonly inlines?: readonly Run[] })[] }

/** Its words; its actions are the message's buttons. */
function CardText({ card }: { readonly card: Card }) {
  return card.body?.map((element, index) => {
    const runs = element.type === 'RichTextBlock' ? (element.inlines ?? []) : element.type === 'TextBlock' ? [element] : []
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the elements of a card have no names but their places
      <p key={index} className={styles.element} data-close={element.spacing === 'None' || undefined}>
        {runs.map((run, at) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: the runs of a text have no names but their places
            key={at}
            data-weight={run.weight}
            data-size={run.size}
            data-color={run.color}
          >
            {linked(run.text ?? '')}
          </span>
        ))}
      </p>
    )
  })
}

const children = (node: Node): ReactNode[] => [...node.childNodes].map(drawn)

/** Only the marks that mean something are made anew: nothing of a message's HTML reaches the page. */
function drawn(node: Node, key: number): ReactNode {
  if (!(node instanceof Element)) return <Fragment key={key}>{node.textContent}</Fragment>
  const inside = children(node)
  switch (node.tagName) {
    case 'STRONG':
    case 'B':
      return <strong key={key}>{inside}</strong>
    case 'EM':
    case 'I':
      return <em key={key}>{inside}</em>
    case 'STRIKE':
    case 'S':
      return <s key={key}>{inside}</s>
    case 'CODE':
      return <code key={key}>{inside}</code>
    case 'PRE':
      return <pre key={key}>{inside}</pre>
    case 'BLOCKQUOTE':
      return <blockquote key={key}>{inside}</blockquote>
    case 'UL':
      return <ul key={key}>{inside}</ul>
    case 'OL':
      return (
        <ol key={key} start={Number(node.getAttribute('start') ?? 1)}>
          {inside}
        </ol>
      )
    case 'LI':
      return <li key={key}>{inside}</li>
    case 'BR':
      return <br key={key} />
    case 'A':
      return anchor(node.getAttribute('href') ?? '', inside, key)
    default:
      return <Fragment key={key}>{inside}</Fragment>
  }
}
