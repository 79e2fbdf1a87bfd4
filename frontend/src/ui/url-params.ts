// Choices kept in the address, changed one at a time. React Router works out an update from the parameters of the last render, so two
// changes between two renders (a debounced search and a click) would undo each other; here every change builds on the one before it. It
// renders a change as a transition, too, which shows a checkbox unchecked for a moment after the click; here it is drawn at once.
import { useCallback, useLayoutEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'

/** Parameters to set; null removes one. */
export type UrlChanges = Readonly<Record<string, string | null>>

export interface UpdateOptions {
  /** Without an entry of its own in the history: for what nobody would go back to. */
  readonly replace?: boolean
}

export const changedParams = (current: URLSearchParams, changes: UrlChanges): URLSearchParams => {
  const next = new URLSearchParams(current)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name)
    else next.set(name, value)
  }
  return next
}

export function useUrlParams(): [URLSearchParams, (changes: UrlChanges, options?: UpdateOptions) => void] {
  const [params, setParams] = useSearchParams()
  const latest = useRef(params)
  const setLatest = useRef(setParams)
  useLayoutEffect(() => {
    latest.current = params
  }, [params])
  useLayoutEffect(() => {
    setLatest.current = setParams
  })
  const update = useCallback((changes: UrlChanges, options?: UpdateOptions) => {
    latest.current = changedParams(latest.current, changes)
    setLatest.current(latest.current, { ...options, flushSync: true })
  }, [])
  return [params, update]
}
