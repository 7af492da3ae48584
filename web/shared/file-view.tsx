import { IconDownload, IconFile, IconFileTypePdf, IconFileZip, IconMusic, IconPhotoOff, IconVideo } from '@tabler/icons-react'
import { useState } from 'react'
import type { ContentView, FileView } from '../../src/http/api-types.ts'
import styles from './content.module.css'
import { byteSize } from './time.ts'

type MediaView = Extract<ContentView, { type: 'media' }>

/** A picture, sound or film where it stands; everything else, and what the browser can't show, as something to download. */
export function MediaContent({ media }: { readonly media: MediaView }) {
  const [broken, setBroken] = useState(false)
  const { file } = media
  if ('missing' in file) {
    return (
      <div className={styles.chip}>
        <IconPhotoOff size={20} aria-hidden />
        <span>This file could not be fetched: {file.missing}</span>
      </div>
    )
  }
  const kind = shownAs(media.kind, file.mime)
  if (broken || kind === 'file') return <FileChip file={file} />
  switch (kind) {
    case 'image':
      return (
        <a className={styles.picture} href={file.link} target="_blank" rel="noopener noreferrer">
          <img src={file.link} alt={media.caption || file.name || 'Picture'} loading="lazy" onError={() => setBroken(true)} />
        </a>
      )
    case 'audio':
      return (
        // biome-ignore lint/a11y/useMediaCaption: nobody wrote captions for what a person recorded
        <audio className={styles.sound} controls preload="metadata" src={file.link} onError={() => setBroken(true)} />
      )
    case 'video':
      return (
        // biome-ignore lint/a11y/useMediaCaption: nobody wrote captions for what a person recorded
        <video className={styles.film} controls preload="metadata" src={file.link} onError={() => setBroken(true)} />
      )
  }
}

/** What came as a mere file is shown all the same, where browsers can: those are the types that the hub serves to be looked at. */
function shownAs(kind: MediaView['kind'], mime: string): MediaView['kind'] {
  if (kind !== 'file') return kind
  if (/^image\/(png|jpeg|gif|webp|avif|apng|bmp)$/.test(mime)) return 'image'
  if (/^audio\/(mpeg|mp4|x-m4a|aac|ogg|opus|wav|webm|flac)$/.test(mime)) return 'audio'
  return /^video\/(mp4|webm|ogg)$/.test(mime) ? 'video' : 'file'
}

function FileChip({ file }: { readonly file: FileView }) {
  const Icon = iconOf(file.mime)
  return (
    <a className={styles.chip} href={file.link} download={file.name} rel="noopener noreferrer">
      <span className={styles.chipIcon}>
        <Icon size={20} aria-hidden />
      </span>
      <span className={styles.chipText}>
        <span className={styles.chipName}>{file.name}</span>
        <span className={styles.chipSize}>{byteSize(file.bytes)}</span>
      </span>
      <IconDownload size={18} aria-label="Download" />
    </a>
  )
}

/** The picture that stands for a kind of file. */
export function iconOf(mime: string) {
  if (mime === 'application/pdf') return IconFileTypePdf
  if (/zip|compressed|x-7z|x-rar|gzip/.test(mime)) return IconFileZip
  if (mime.startsWith('audio/')) return IconMusic
  if (mime.startsWith('video/')) return IconVideo
  return IconFile
}
