// Live curves and log of one training.
import { type JobEvent, LogPayloadSchema, subjectChannel, type Training } from '@mistudio/contracts'
import { useState } from 'react'
import { useRunSeries } from '../../data/index.js'
import { isActive, useJobEvents } from '../../live/index.js'

export interface LogLine {
  seq: number
  at: string
  level: 'info' | 'warn' | 'error'
  message: string
}
/** Events looked back for log lines when the page opens, and lines kept. */
const LOOK_BACK = 500
const KEEP_LINES = 300
const NONE = {}

const logLine = (event: JobEvent): LogLine[] => {
  if (event.type !== 'log') return []
  return [{ seq: event.seq, at: event.at, ...LogPayloadSchema.parse(event.payload) }]
}

export const useCurves = ({ id, groupId, job }: Training) => {
  const { curves, snapshot } = useRunSeries([id], { active: isActive(job) })
  const [log, setLog] = useState<readonly LogLine[]>([])
  const tail = useJobEvents(job?.id ?? null, subjectChannel('training', groupId), {
    after: Math.max(-1, (job?.seq ?? -1) - LOOK_BACK),
    active: isActive(job),
    onEvents: (events) => {
      const lines = events.flatMap(logLine)
      if (lines.length > 0) setLog((before) => [...before, ...lines].slice(-KEEP_LINES))
    },
  })
  return { curves: curves[id] ?? NONE, log, snapshot, tail }
}
