import { IconClockHour4 } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { OwnerView } from '../../src/http/api-types.ts'
import { elapsed } from '../shared/time.ts'
import styles from './chat.module.css'

/** The person's place, how long it has been, and that they may leave. */
export function QueueStrip({ owner }: { readonly owner: Extract<OwnerView, { by: 'queue' }> }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 15_000)
    return () => clearInterval(timer)
  }, [])
  const waited = elapsed(owner.since, now)
  return (
    <div className={styles.queue}>
      <IconClockHour4 size={20} stroke={1.7} aria-hidden />
      <div>
        <strong>
          {owner.place > 0 ? `You are number ${owner.place} of ${owner.waiting} in line` : 'You are in line for a technician'}
        </strong>
        <span>
          {waited === 'just now' ? 'Waiting since just now' : `Waiting for ${waited}`} · {technicians(owner.technicians)}. You may close
          this page: your place is kept.
        </span>
      </div>
    </div>
  )
}

function technicians(count: number): string {
  if (count === 0) return 'no technician is signed in yet'
  return count === 1 ? '1 technician is on duty' : `${count} technicians are on duty`
}
