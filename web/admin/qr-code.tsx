import { create } from 'qrcode'
import { useMemo } from 'react'
import styles from './admin.module.css'

/** Empty modules around the code; scanners need them (ISO/IEC 18004: 4). */
const quiet = 4

/** Drawn dark on light in either colour scheme: scanners do not read it the other way round. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text])
  const side = size + 2 * quiet
  return (
    <svg className={styles.qr} viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={side} height={side} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}

function drawn(text: string): { readonly size: number; readonly path: string } {
  const { modules } = create(text, { errorCorrectionLevel: 'L' })
  const { size, data } = modules
  let path = ''
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      if (!data[y * size + x]) continue
      let width = 1
      while (x + width < size && data[y * size + x + width]) width++
      path += `M${x + quiet} ${y + quiet}h${width}v1h-${width}z`
      x += width
    }
  return { size, path }
}
