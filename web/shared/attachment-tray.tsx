import { ActionIcon } from '@mantine/core'
import { IconRefresh, IconX } from '@tabler/icons-react'
import type { useAttachments } from './attachments.ts'
import styles from './composer.module.css'
import { iconOf } from './file-view.tsx'
import { byteSize } from './time.ts'

type Tray = Pick<ReturnType<typeof useAttachments>, 'items' | 'remove' | 'retry'>

/** The files that go with the next message: on their way, ready, or refused with the reason. */
export function AttachmentTray({ items, remove, retry }: Tray) {
  if (items.length === 0) return null
  return (
    <ul className={styles.tray} aria-label="Attachments">
      {items.map((item) => {
        const Icon = iconOf(item.file.type)
        const percent = Math.round(item.progress * 100)
        return (
          <li key={item.key} className={styles.item} data-bad={item.problem ? true : undefined}>
            {item.preview ? (
              <img className={styles.thumb} src={item.preview} alt="" />
            ) : (
              <span className={styles.thumb}>
                <Icon size={20} aria-hidden />
              </span>
            )}
            <span className={styles.itemText}>
              <span className={styles.itemName}>{item.file.name}</span>
              <span className={styles.itemState} role={item.problem ? 'alert' : undefined}>
                {item.problem ?? (item.uploaded ? byteSize(item.file.size) : `Uploading… ${percent} %`)}
              </span>
              {item.problem || item.uploaded ? null : (
                <progress className={styles.progress} max={100} value={percent} aria-label={`Uploading ${item.file.name}`} />
              )}
            </span>
            {item.canRetry ? (
              <ActionIcon variant="subtle" color="gray" aria-label={`Upload ${item.file.name} again`} onClick={() => retry(item)}>
                <IconRefresh size={17} />
              </ActionIcon>
            ) : null}
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${item.file.name}`} onClick={() => remove(item.key)}>
              <IconX size={17} />
            </ActionIcon>
          </li>
        )
      })}
    </ul>
  )
}
