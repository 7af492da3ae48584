import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

const nearPx = 80

/** Keeps a list at its end as long as the reader is there; `away` says that something stands below what they see. */
export function useStickToBottom(changed: unknown) {
  const box = useRef<HTMLDivElement>(null)
  const sticks = useRef(true)
  const [away, setAway] = useState(false)

  const toEnd = useCallback((behavior: ScrollBehavior = 'auto') => {
    sticks.current = true
    setAway(false)
    box.current?.scrollTo({ top: box.current.scrollHeight, behavior })
  }, [])
  const onScroll = useCallback(() => {
    const area = box.current
    if (!area) return
    sticks.current = area.scrollHeight - area.scrollTop - area.clientHeight < nearPx
    setAway(!sticks.current)
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what is shown changes
  useLayoutEffect(() => {
    if (sticks.current) toEnd()
  }, [changed, toEnd])
  useEffect(() => {
    const area = box.current
    if (!area) return
    const observer = new ResizeObserver(() => sticks.current && toEnd())
    observer.observe(area)
    for (const child of area.children) observer.observe(child)
    return () => observer.disconnect()
  }, [toEnd])
  return { box, away, onScroll, toEnd }
}
