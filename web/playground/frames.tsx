import { IconAntennaBars5, IconBattery3, IconWifi } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { clockTime } from '../shared/time.ts'
import styles from './playground.module.css'

type FrameProps = {
  readonly label: string
  /** The class with the app's colours: a phone's status bar wears them too. */
  readonly look: string
  readonly children: ReactNode
}

/** A phone around an app; on a real phone's screen only the app is left. */
export function PhoneFrame({ label, look, children }: FrameProps) {
  return (
    <section className={styles.phone} aria-label={label}>
      <div className={`${styles.screen} ${look}`}>
        <div className={styles.bar} aria-hidden>
          <span>{clockTime(new Date().toISOString())}</span>
          <i />
          <span>
            <IconAntennaBars5 size={16} />
            <IconWifi size={16} />
            <IconBattery3 size={19} />
          </span>
        </div>
        <div className={styles.app}>{children}</div>
      </div>
    </section>
  )
}

/** The window of a program; on a phone's screen only the program is left. */
export function DesktopFrame({ label, look, children }: FrameProps) {
  return (
    <section className={styles.computer} aria-label={label}>
      <div className={styles.titleBar} aria-hidden>
        <i />
        <i />
        <i />
      </div>
      <div className={`${styles.app} ${look}`}>{children}</div>
    </section>
  )
}
