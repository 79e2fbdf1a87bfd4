// Paces what charts draw: at most ten changes a second, and none while the tab is hidden (the newest value is drawn on return).
import { useEffect, useRef, useState } from 'react'

export const DRAW_EVERY_MS = 100

/** `value`, renewed at most every 100 ms and only while the page is visible. */
export const usePaced = <T>(value: T): T => {
  const [drawn, setDrawn] = useState(value)
  const latest = useRef(value)
  const drawnAt = useRef(0)
  latest.current = value
  useEffect(() => {
    const draw = () => {
      drawnAt.current = performance.now()
      setDrawn(() => latest.current)
    }
    if (document.hidden) {
      const onShow = () => !document.hidden && draw()
      document.addEventListener('visibilitychange', onShow)
      return () => document.removeEventListener('visibilitychange', onShow)
    }
    if (value === drawn) return
    const wait = drawnAt.current + DRAW_EVERY_MS - performance.now()
    if (wait <= 0) return draw()
    const timer = setTimeout(draw, wait)
    return () => clearTimeout(timer)
  }, [value, drawn])
  return drawn
}
