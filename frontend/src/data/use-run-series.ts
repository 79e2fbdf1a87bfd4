// The metrics of a run in React: read in buckets, then followed live. A gap in what comes is read again, and so is a silent line.
import { type MetricNumber, type RunValues, subjectChannel } from '@mistudio/contracts'
import { useEffect, useRef, useState } from 'react'
import { joinChannel, onReconnect, onRunValues, STALE_AFTER_MS } from '../live/index.js'
import { useRead } from './read.js'
import { type Curve, LiveSeries } from './run-series.js'

/** Buckets of a metric on a page: about one for each pixel of a chart. */
export const CURVE_POINTS = 1000
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

/** All metrics of a run over its whole length. @param active whether it may still report */
export const useRunSeries = (id: string, active: boolean) => {
  const store = useRef(new LiveSeries(CURVE_POINTS))
  const [curves, setCurves] = useState<Record<string, Curve>>({})
  const asked = { params: { id }, query: { points: CURVE_POINTS } }
  const snapshot = useRead('runSeries', asked, { staleTime: Number.POSITIVE_INFINITY })
  const show = useShow(() => setCurves(store.current.view()))
  const heardAt = useRef(Date.now())
  const askedAt = useRef(0)
  const ask = useRef<() => void>(() => undefined)
  ask.current = () => {
    if (snapshot.isFetching || Date.now() - askedAt.current < ASK_EVERY_MS) return
    askedAt.current = Date.now()
    heardAt.current = Date.now()
    void snapshot.refetch()
  }
  useRunValues([id], (values) => {
    heardAt.current = Date.now()
    const how = store.current.push(values)
    if (how === 'taken') show()
    if (how === 'missing') ask.current()
  })
  useEffect(() => {
    if (!snapshot.data) return
    store.current.load(snapshot.data)
    setCurves(store.current.view())
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
