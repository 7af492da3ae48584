import { IconMapPinFilled, IconUserFilled } from '@tabler/icons-react'
import type { AppMessage } from '../emulator.ts'
import { Media } from './media.tsx'
import styles from './said.module.css'

/** What a message carries beside its words: a file, a place, a business card. */
export function Attached({ message, fileUrl }: { readonly message: AppMessage; readonly fileUrl: (path: string) => string }) {
  const { media, place, contact } = message
  return (
    <>
      {media ? <Media media={media} fileUrl={fileUrl} /> : null}
      {place ? (
        <a
          className={styles.file}
          data-part="file"
          href={`https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}#map=16/${place.latitude}/${place.longitude}`}
          target="_blank"
          rel="noopener noreferrer"
        >
          <span>
            <IconMapPinFilled size={22} aria-hidden />
          </span>
          <span>
            <strong>{place.name ?? 'Location'}</strong>
            <small>
              {place.latitude.toFixed(4)}, {place.longitude.toFixed(4)}
            </small>
          </span>
        </a>
      ) : null}
      {contact ? (
        <div className={styles.file} data-part="file">
          <span>
            <IconUserFilled size={22} aria-hidden />
          </span>
          <span>
            <strong>{contact.name}</strong>
            <small>{contact.phone}</small>
          </span>
        </div>
      ) : null}
    </>
  )
}
