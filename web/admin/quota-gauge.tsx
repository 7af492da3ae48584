import { useId } from 'react'
import styles from './admin.module.css'

/** Above this share a month's messages are nearly used up. */
const scarce = 0.9

export function QuotaGauge({ used, limit }: { readonly used: number; readonly limit: number }) {
  const label = useId()
  const left = Math.max(0, limit - used)
  return (
    <div className={styles.quota}>
      <p id={label}>
        <b>{used.toLocaleString()}</b> of {limit.toLocaleString()} paid messages used this month, {left.toLocaleString()} left
      </p>
      <meter className={styles.gauge} aria-labelledby={label} min={0} max={limit} value={used} data-scarce={used >= limit * scarce} />
    </div>
  )
}
