import { IconHeadset, IconSparkles, IconUser } from '@tabler/icons-react'
import styles from './thread.module.css'

/** "Ada Lovelace" → "AL"; by code points, so that no letter is cut in two. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const first = [...(words[0] ?? '')][0] ?? ''
  const last = words.length > 1 ? ([...(words.at(-1) as string)][0] ?? '') : ''
  return (first + last).toUpperCase()
}

export type Speaker = 'person' | 'virtual-agent' | 'technician' | 'hub'

/** Decoration: whoever speaks is also named in words. */
export function Avatar({ by, name, size = 32 }: { readonly by: Speaker; readonly name: string; readonly size?: number }) {
  const letters = by === 'virtual-agent' || by === 'hub' ? '' : initials(name)
  const Icon = by === 'virtual-agent' ? IconSparkles : by === 'person' ? IconUser : IconHeadset
  return (
    <span className={styles.avatar} data-who={by} style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden>
      {letters || <Icon size={size * 0.56} stroke={1.8} />}
    </span>
  )
}
