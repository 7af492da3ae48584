import { IconFileFilled } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { iconOf } from '../../shared/file-view.tsx'
import { byteSize } from '../../shared/time.ts'
import type { AppMessage } from '../emulator.ts'
import styles from './said.module.css'

/** The emulator is another origin, from which the page may read but not embed: its bytes are fetched and shown as our own. */
function useBytes(url: string | undefined): string | undefined {
  const [mine, setMine] = useState<string>()
  useEffect(() => {
    if (url === undefined) return
    let made: string | undefined
    const abort = new AbortController()
    fetch(url, { signal: abort.signal })
      .then((response) => (response.ok ? response.blob() : undefined))
      .then((blob) => {
        if (!blob || abort.signal.aborted) return
        made = URL.createObjectURL(blob)
        setMine(made)
      })
      .catch(() => undefined)
    return () => {
      abort.abort()
      if (made) URL.revokeObjectURL(made)
    }
  }, [url])
  return mine
}

/** These the browser shows; anything else is something to download. */
const isShown = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/)/
const asFile = new Set(['document', 'file', 'offer'])

type MediaProps = { readonly media: NonNullable<AppMessage['media']>; readonly fileUrl: (path: string) => string }

/** A picture, sticker, film or sound where it stands; everything else as a file with its name. */
export function Media({ media, fileUrl }: MediaProps) {
  const src = useBytes(media.url === undefined ? undefined : fileUrl(media.url))
  const { kind, name, mime = '' } = media
  if (kind === 'sticker') return src ? <img className={styles.sticker} src={src} alt="Sticker" /> : <span className={styles.sticker} />
  if (!asFile.has(kind) && isShown.test(mime)) {
    if (mime.startsWith('image/'))
      return src ? <img className={styles.photo} src={src} alt={name ?? 'Photo'} /> : <span className={styles.photoWait} />
    if (src && mime.startsWith('video/'))
      // biome-ignore lint/a11y/useMediaCaption: nobody wrote captions for what a person recorded
      return <video className={styles.photo} src={src} controls />
    // biome-ignore lint/a11y/useMediaCaption: nobody wrote captions for what a person recorded
    if (src) return <audio className={styles.voice} src={src} controls />
  }
  const Icon = asFile.has(kind) ? IconFileFilled : iconOf(mime)
  const inside = (
    <>
      <span>
        <Icon size={22} aria-hidden />
      </span>
      <span>
        <strong>{name ?? 'File'}</strong>
        <small>{media.size ? byteSize(media.size) : mime}</small>
      </span>
    </>
  )
  return src ? (
    <a className={styles.file} data-part="file" href={src} download={name ?? 'file'}>
      {inside}
    </a>
  ) : (
    <div className={styles.file} data-part="file">
      {inside}
    </div>
  )
}
