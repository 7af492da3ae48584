import { elapsed, fullTime } from './time.ts'

/** How long ago; the moment itself for those who point at it. */
export function When({ at }: { readonly at: string | undefined }) {
  if (at === undefined) return <span style={{ color: 'var(--sb-muted)' }}>never</span>
  const ago = elapsed(at, Date.now())
  return (
    <time dateTime={at} title={fullTime(at)}>
      {ago === 'just now' ? ago : `${ago} ago`}
    </time>
  )
}
