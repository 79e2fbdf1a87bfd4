// The metrics of runs in React: read in buckets, then followed live; a part of them closer. A gap in what comes is read again, and so is a silent line.
import { type MetricNumber, type RunValues, subjectChannel } from '@mistudio/contracts'
import { useEffect, useMemo, useRef, useState } from 'react'
import { joinChannel, onReconnect, onRunValues, STALE_AFTER_MS } from '../live/index.js'
import { useRead } from './read.js'
import { type Curve, curvesOfSeries, LiveSeries } from './run-series.js'

/** Buckets of a metric on a page, each up to four points of its line: about what a chart has pixels. */
const CURVE_POINTS = 300
/** Curves are handed on at most this often: a fast run reports many times a second, and each time redraws every chart. */
const SHOW_EVERY_MS = 400
/** And so rarely that drawing takes at most a fifth of the time: a page on a busy machine must still answer. */
const REST_PER_DRAWING = 4
/** At most so often the store is asked again. */
const ASK_EVERY_MS = 1000

/** What to do with a run's live values while mounted. */
export const useRunValues = (runIds: readonly string[], onValues: (values: RunValues) => void): void => {
  const deliver = useRef(onValues)
  deliver.current = onValues
  const named = runIds.join()
  useEffect(() => {
    const ends = (named === '' ? [] : named.split(',')).flatMap((id) => [
      onRunValues(id, (values) => deliver.current(values)),
      joinChannel(subjectChannel('run', id)),
    ])
    return () => {
      for (const end of ends) end()
    }
  }, [named])
}

/** `newest` with the values that came; those that are not finite are null. */
export function withValues(
  newest: Readonly<Record<string, number | null>>,
  { steps }: RunValues,
): Record<string, number | null> {
  const renewed: Record<string, number | null> = Object.assign({}, newest)
  const finite = (value: MetricNumber): number | null => (typeof value === 'number' ? value : null)
  for (const { values } of steps) for (const [path, value] of Object.entries(values)) renewed[path] = finite(value)
  return renewed
}

/** Curves by run and metric. */
type RunCurves = Readonly<Record<string, Readonly<Record<string, Curve>>>>

interface Followed {
  /** Metrics; left out: all, with the time of each step. */
  readonly keys?: readonly string[]
  /** Whether any of them may still report. */
  readonly active: boolean
}

const questionOf = (ids: readonly string[], keys: readonly string[] | undefined) => ({
  ids: ids.join(),
  points: CURVE_POINTS,
  ...(keys ? { keys: keys.map(encodeURIComponent).join() } : { time: 'true' as const }),
})

/** Metrics of runs over their whole length. */
export const useRunSeries = (ids: readonly string[], { keys, active }: Followed) => {
  const stores = useRef(new Map<string, LiveSeries>())
  const [curves, setCurves] = useState<RunCurves>({})
  const query = questionOf(ids, keys)
  const snapshot = useRead('runsSeries', ids.length > 0 ? { query } : null, {
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  })
  const look = () =>
    setCurves(
      Object.fromEntries([...stores.current].map(([id, store]): [string, RunCurves[string]] => [id, store.view()])),
    )
  const show = useShow(look)
  const heardAt = useRef(Date.now())
  const askedAt = useRef(0)
  const ask = useRef<() => void>(() => undefined)
  ask.current = () => {
    if (ids.length === 0 || snapshot.isFetching || Date.now() - askedAt.current < ASK_EVERY_MS) return
    askedAt.current = Date.now()
    heardAt.current = Date.now()
    void snapshot.refetch()
  }
  const asked = useRef(JSON.stringify(query))
  useRunValues(ids, (values) => {
    heardAt.current = Date.now()
    const how = stores.current.get(values.runId)?.push(values)
    if (how === 'taken') show()
    if (how === 'missing') ask.current()
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer is that to the question it came with
  useEffect(() => {
    if (!snapshot.data) return
    const wanted = keys ? new Set(keys) : null
    // Other metrics make other stores; what came live meanwhile is in the answer or asked for again.
    if (asked.current !== JSON.stringify(query)) stores.current.clear()
    asked.current = JSON.stringify(query)
    for (const answer of snapshot.data) {
      const store = stores.current.get(answer.runId) ?? new LiveSeries(CURVE_POINTS, wanted)
      stores.current.set(answer.runId, store)
      store.load(answer)
    }
    look()
  }, [snapshot.data])
  useEffect(() => onReconnect(() => ask.current()), [])
  // Also once after the end: what came last.
  useEffect(() => {
    if (!active) {
      ask.current()
      return
    }
    const timer = setInterval(() => Date.now() - heardAt.current >= STALE_AFTER_MS && ask.current(), 1000)
    return () => clearInterval(timer)
  }, [active])
  return { curves, snapshot }
}

/** Steps that a chart shows, closer than whole runs. */
export interface StepRange {
  readonly from: number
  readonly to: number
}

/** Metrics of runs in a range, finer than those of whole runs; what was known stays until they are there. */
export const useRunDetail = (ids: readonly string[], keys: readonly string[] | undefined, range: StepRange | null) => {
  const query = Object.assign(questionOf(ids, keys), range)
  const { data } = useRead('runsSeries', range && ids.length > 0 ? { query } : null, {
    keep: true,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  })
  return useMemo(
    (): RunCurves => Object.fromEntries((range ? data : null)?.map((one) => [one.runId, curvesOfSeries(one)]) ?? []),
    [data, range],
  )
}

/** Paces `draw`: a pause after each that lasts as long as its drawing asks for. */
const useShow = (draw: () => void): (() => void) => {
  const drawing = useRef(0)
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => () => clearTimeout(waiting.current ?? undefined), [])
  return () => {
    waiting.current ??= setTimeout(
      () => {
        waiting.current = null
        const began = performance.now()
        draw()
        // After the frame that shows them.
        requestAnimationFrame(() => setTimeout(() => (drawing.current = performance.now() - began)))
      },
      Math.max(SHOW_EVERY_MS, REST_PER_DRAWING * drawing.current),
    )
  }
}
