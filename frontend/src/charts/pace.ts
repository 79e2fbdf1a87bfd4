// Paces what charts draw: at most ten changes a second, and none while scrolled out of sight or while the tab is hidden (the newest values
// are drawn on return).
import { type RefObject, useEffect, useRef, useState } from 'react'

const DRAW_EVERY_MS = 100
/** So much before it comes into sight a chart is drawn. */
const NEAR = '300px'

/** Whether an element is scrolled out of sight. */
export const useAway = (element: RefObject<Element | null>): boolean => {
  const [away, setAway] = useState(true)
  useEffect(() => {
    if (!element.current) return
    const watch = new IntersectionObserver((entries) => setAway(!entries.at(-1)?.isIntersecting), { rootMargin: NEAR })
    watch.observe(element.current)
    return () => watch.disconnect()
  }, [element])
  return away
}

/** Whether it is time to draw for the first time: at once in sight, else when the browser has nothing else to do. */
export const useDrawn = (away: boolean): boolean => {
  const [drawn, setDrawn] = useState(false)
  useEffect(() => {
    if (drawn) return
    if (!away) return setDrawn(true)
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(() => setDrawn(true), 500)
      return () => clearTimeout(timer)
    }
    const idle = requestIdleCallback(() => setDrawn(true))
    return () => cancelIdleCallback(idle)
  }, [away, drawn])
  return drawn
}

/** `value`, renewed at most every 100 ms and only while the page is visible and it is not `away`. */
export const usePaced = <T>(value: T, away = false): T => {
  const [drawn, setDrawn] = useState(() => value)
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
    if (value === drawn || away) return
    const wait = drawnAt.current + DRAW_EVERY_MS - performance.now()
    if (wait <= 0) return draw()
    const timer = setTimeout(draw, wait)
    return () => clearTimeout(timer)
  }, [value, drawn, away])
  return drawn
}
