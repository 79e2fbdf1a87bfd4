// A value once it has stood still, for what is asked while somebody types.
import { useEffect, useRef, useState } from 'react'

/** `value` once it has stood still for `ms`. Two values that read the same as JSON are one. */
export const useSettled = <T>(value: T, ms: number): T => {
  const [settled, setSettled] = useState(value)
  const latest = useRef(value)
  latest.current = value
  const text = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what is waited for; the value is read when it has stood still
  useEffect(() => {
    const timer = setTimeout(() => setSettled(latest.current), ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return settled
}
