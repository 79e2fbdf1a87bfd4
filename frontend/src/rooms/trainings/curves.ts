// Live curves and log of one training: the stored snapshot, then every later event, without gaps.
import { type JobEvent, LogPayloadSchema, subjectChannel, type Training } from '@mistudio/contracts'
import { useEffect, useRef, useState } from 'react'
import { isActive, useJobEvents } from '../../live/index.js'
import { useMetricsSnapshot } from './api.js'
import { type Curve, MetricStore } from './metric-store.js'

export interface LogLine {
  seq: number
  at: string
  level: 'info' | 'warn' | 'error'
  message: string
}
/** Log lines looked back for when the page opens, and lines kept. */
const LOOK_BACK = 500
const KEEP_LINES = 300
/** Curves are handed on at most this often: a fast training reports many times a second, and each time redraws every chart. */
const SHOW_EVERY_MS = 400
/** And so rarely that drawing takes at most a fifth of the time: a page on a busy machine must still answer. */
const REST_PER_DRAWING = 4

const logLine = (event: JobEvent): LogLine[] => {
  if (event.type !== 'log') return []
  return [{ seq: event.seq, at: event.at, ...LogPayloadSchema.parse(event.payload) }]
}

export const useCurves = (training: Training) => {
  const store = useRef(new MetricStore(training.id, training.groupId))
  const snapshot = useMetricsSnapshot(training.id)
  const [curves, setCurves] = useState<Record<string, Curve>>({})
  const [log, setLog] = useState<readonly LogLine[]>([])
  /** Milliseconds that the last drawing took. */
  const drawing = useRef(0)
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null)
  const show = () => {
    waiting.current ??= setTimeout(
      () => {
        waiting.current = null
        const began = performance.now()
        setCurves(store.current.view())
        // After the frame that shows them.
        requestAnimationFrame(() => setTimeout(() => (drawing.current = performance.now() - began)))
      },
      Math.max(SHOW_EVERY_MS, REST_PER_DRAWING * drawing.current),
    )
  }
  useEffect(() => () => clearTimeout(waiting.current ?? undefined), [])
  useEffect(() => {
    if (!snapshot.data) return
    store.current.load(snapshot.data)
    setCurves(store.current.view())
  }, [snapshot.data])
  const tail = useJobEvents(
    snapshot.data && training.job ? training.job.id : null,
    subjectChannel('training', training.groupId),
    {
      // A little before the snapshot, for the newest log lines; repeated metrics are known and left alone.
      after: Math.max(-1, (snapshot.data?.seq ?? -1) - LOOK_BACK),
      active: isActive(training.job),
      onEvents: (events) => {
        if (store.current.push(events)) show()
        const lines = events.flatMap(logLine)
        if (lines.length > 0) setLog((before) => [...before, ...lines].slice(-KEEP_LINES))
      },
    },
  )
  return { curves, log, snapshot, tail }
}
