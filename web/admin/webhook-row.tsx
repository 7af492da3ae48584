import { ActionIcon } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import styles from './admin.module.css'

const shownMs = 2_000

/** The address that the platform must call; copied with one press. */
export function WebhookRow({ url }: { readonly url: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(url)
    setCopied(true)
    setTimeout(() => setCopied(false), shownMs)
  }
  return (
    <div className={styles.webhook}>
      <dt>Webhook</dt>
      <dd>
        <code>{url}</code>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={copied ? 'Copied' : 'Copy the webhook’s address'}
          onClick={() => void copy().catch(() => undefined)}
        >
          {copied ? <IconCheck size={17} stroke={1.8} aria-hidden /> : <IconCopy size={17} stroke={1.8} aria-hidden />}
        </ActionIcon>
      </dd>
    </div>
  )
}
