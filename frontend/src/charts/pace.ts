// Paces what charts draw: at most ten changes a second, one in three seconds while scrolled out of sight, and none while the tab is
// hidden (the newest value is drawn on return).
import { type RefObject, useEffect, useRef, useState } from 'react'

const DRAW_EVERY_MS = 100
const DRAW_AWAY_EVERY_MS = 3000

/** Whether an element is scrolled out of sight. */
export const useAway = (element: RefObject<Element | null>): boolean => {
  const [away, setAway] = useState(false)
  useEffect(() => {
    if (!element.current) return
    const watch = new IntersectionObserver((entries) => setAway(!entries.at(-1)?.isIntersecting))
    watch.observe(element.current)
    return () => watch.disconnect()
  }, [element])
  return away
}

/** `value`, renewed at most every 100 ms (`away`: 3 s) and only while the page is visible. */
export const usePaced = <T>(value: T, away = false): T => {
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
    const wait = drawnAt.current + (away ? DRAW_AWAY_EVERY_MS : DRAW_EVERY_MS) - performance.now()
    if (wait <= 0) return draw()
    const timer = setTimeout(draw, wait)
    return () => clearTimeout(timer)
  }, [value, drawn, away])
  return drawn
}
