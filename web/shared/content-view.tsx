import { IconCheck, IconExternalLink, IconMapPin, IconUser } from '@tabler/icons-react'
import type { ContentView } from '../../src/http/api-types.ts'
import styles from './content.module.css'
import { MediaContent } from './file-view.tsx'
import { safeLink } from './markdown-inline.ts'
import { MarkdownView, PlainView } from './markdown-view.tsx'

export type Choice = Extract<ContentView, { type: 'choices' }>['choices'][number]
export type Choosing = {
  /** Absent: buttons are shown, but can't be pressed (any more). */
  readonly choose?: (choice: Choice) => void
  /** The label of the one that was taken. */
  readonly chosen?: string
}

/** Everything that one message says, in order. */
export function Contents({ contents, choosing }: { readonly contents: readonly ContentView[]; readonly choosing: Choosing }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the contents of a message have no names but their places
  return contents.map((content, index) => <ContentItem key={index} content={content} choosing={choosing} />)
}

/** One content of a message, of every kind that the channel language has. */
function ContentItem({ content, choosing }: { readonly content: ContentView; readonly choosing: Choosing }) {
  switch (content.type) {
    case 'text':
      return content.format === 'markdown' ? <MarkdownView text={content.text} /> : <PlainView text={content.text} />
    case 'media':
      return (
        <>
          <MediaContent media={content} />
          {content.caption ? <PlainView text={content.caption} /> : null}
        </>
      )
    case 'place': {
      const at = `${content.latitude.toFixed(5)}, ${content.longitude.toFixed(5)}`
      const map = `https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}#map=16/${content.latitude}/${content.longitude}`
      return (
        <a className={styles.chip} href={map} target="_blank" rel="noopener noreferrer">
          <span className={styles.chipIcon}>
            <IconMapPin size={20} aria-hidden />
          </span>
          <span className={styles.chipText}>
            <span className={styles.chipName}>{content.name || 'Location'}</span>
            <span className={styles.chipSize}>{content.address || at}</span>
          </span>
        </a>
      )
    }
    case 'contact':
      return (
        <div className={styles.chip}>
          <span className={styles.chipIcon}>
            <IconUser size={20} aria-hidden />
          </span>
          <span className={styles.chipText}>
            <span className={styles.chipName}>{content.name}</span>
            <span className={styles.chipSize}>{[...content.phones, ...content.emails].join(' · ')}</span>
          </span>
        </div>
      )
    case 'choices':
      return (
        <>
          {content.text ? <PlainView text={content.text} /> : null}
          <ChoiceButtons choices={content.choices} {...choosing} />
        </>
      )
    case 'card': {
      const href = content.link ? safeLink(content.link.url) : null
      return (
        <div className={styles.card}>
          {content.image && 'url' in content.image ? (
            <img className={styles.cardImage} src={content.image.url} alt="" loading="lazy" />
          ) : null}
          <strong>{content.title}</strong>
          {content.text ? <PlainView text={content.text} /> : null}
          {content.link && href ? (
            <a className={styles.cardLink} href={href} target="_blank" rel="noopener noreferrer">
              {content.link.label} <IconExternalLink size={15} aria-hidden />
            </a>
          ) : null}
          {content.choices ? <ChoiceButtons choices={content.choices} {...choosing} /> : null}
        </div>
      )
    }
    case 'template':
      return <PlainView text={content.text} />
    case 'unreadable':
      return (
        <>
          {content.text ? <PlainView text={content.text} /> : null}
          <em>Something that cannot be shown here yet ({content.platformType}).</em>
        </>
      )
  }
}

function ChoiceButtons({ choices, choose, chosen }: { readonly choices: readonly Choice[] } & Choosing) {
  return (
    <div className={styles.choices}>
      {choices.map((choice) => {
        const taken = choice.label === chosen
        return (
          <button
            key={choice.value}
            type="button"
            className={styles.choice}
            data-taken={taken || undefined}
            disabled={!choose}
            onClick={() => choose?.(choice)}
          >
            {taken ? <IconCheck size={15} aria-label="Chosen:" /> : null}
            {choice.label}
          </button>
        )
      })}
    </div>
  )
}
