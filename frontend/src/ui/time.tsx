// Times that move on by themselves.
import { useEffect, useState } from 'react'
import { DASH, formatDateTime, formatRelative } from './format.js'

/** The present in ms, renewed every `interval` ms while `active`. */
export const useNow = (interval = 1000, active = true): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!active) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), interval)
    return () => clearInterval(timer)
  }, [interval, active])
  return now
}

/** `4 min ago` with the full date on hover. */
export function RelativeTime({ at, className }: { at: string | null | undefined; className?: string }) {
  const now = useNow(10_000, Boolean(at))
  if (!at) return <span className={className}>{DASH}</span>
  return (
    <time dateTime={at} title={formatDateTime(at)} className={className}>
      {formatRelative(at, now)}
    </time>
  )
}
