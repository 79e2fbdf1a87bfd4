// Colours of compared trainings: a training keeps its own while others come and go.
import { useMemo, useRef } from 'react'
import { type Look, type Looks, looksOf } from '../compare.js'
import { lineLook } from '../prepare.js'

export function useLooks(ids: readonly string[]): Looks {
  const places = useRef<ReadonlyMap<string, number>>(new Map())
  const named = ids.join()
  return useMemo(() => {
    places.current = looksOf(named === '' ? [] : named.split(','), places.current)
    return new Map([...places.current].map(([id, n]): [string, Look] => [id, lineLook(n)]))
  }, [named])
}
