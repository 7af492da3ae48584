import { IconCloudOff } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import styles from './chat.module.css'
import type { ChatSnapshot } from './chat.ts'

const patienceMs = 1_200

/** Says that the line is down, but not for every blink of it. */
export function LinkBanner({ link }: { readonly link: ChatSnapshot['link'] }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (link !== 'off') return setShown(false)
    const timer = setTimeout(() => setShown(true), patienceMs)
    return () => clearTimeout(timer)
  }, [link])
  return (
    <div role="status" className={styles.bannerPlace}>
      {shown ? (
        <p className={styles.banner}>
          <IconCloudOff size={17} stroke={1.8} aria-hidden /> Reconnecting… your messages are kept.
        </p>
      ) : null}
    </div>
  )
}
