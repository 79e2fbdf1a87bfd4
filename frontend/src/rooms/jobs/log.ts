// Events of a job as lines of its log: pure.
import { type JobEvent, JobProgressSchema, JobSchema, LogPayloadSchema } from '@mistudio/contracts'
import { formatPercent } from '../../ui/format.js'

export interface LogLine {
  seq: number
  at: string
  level: 'info' | 'warn' | 'error' | 'event'
  text: string
}

/** A change of state tells at least the new one; the first event of a job tells the whole row. */
const StateChangeSchema = JobSchema.pick({ state: true, attempt: true, error: true }).partial({
  attempt: true,
  error: true,
})

/** Events for pages, without words for people. */
const UNSPOKEN: ReadonlySet<string> = new Set(['tokens', 'checkpoint', 'alert'])

/** A line for what is worth reading; null for bulk (metrics, streamed text, progress that only moves the bar). */
const toLine = (event: JobEvent, lastStage: string | null): LogLine | null => {
  const base = { seq: event.seq, at: event.at }
  if (event.type === 'log') {
    const log = LogPayloadSchema.safeParse(event.payload)
    return log.success ? { ...base, level: log.data.level, text: log.data.message } : null
  }
  if (event.type === 'state') {
    const change = StateChangeSchema.safeParse(event.payload)
    if (!change.success) return { ...base, level: 'event', text: 'State changed' }
    const { state, attempt, error } = change.data
    const words = [state.replaceAll('_', ' '), attempt ? `attempt ${attempt}` : null].filter(Boolean).join(', ')
    return error
      ? { ...base, level: 'error', text: `State: ${words}. ${error.message}` }
      : { ...base, level: 'event', text: `State: ${words}` }
  }
  if (event.type === 'progress') {
    const progress = JobProgressSchema.safeParse(event.payload)
    if (!progress.success || progress.data.stage === lastStage) return null
    const share = progress.data.fraction === null ? '' : ` (${formatPercent(progress.data.fraction, 0)})`
    return { ...base, level: 'event', text: `${progress.data.stage}${share}` }
  }
  if (UNSPOKEN.has(event.type)) return null
  return { ...base, level: 'event', text: `${event.type}: ${JSON.stringify(event.payload)?.slice(0, 300) ?? ''}` }
}

/** Stage that the event tells of, if any. */
const stageOf = (event: JobEvent): string | null =>
  event.type === 'progress' ? (JobProgressSchema.safeParse(event.payload).data?.stage ?? null) : null

/** Adds events to a log, at most `limit` lines of it kept. */
export const appendEvents = (
  log: { lines: readonly LogLine[]; stage: string | null },
  events: readonly JobEvent[],
  limit = 2000,
): { lines: readonly LogLine[]; stage: string | null } => {
  let stage = log.stage
  const added: LogLine[] = []
  for (const event of events) {
    const line = toLine(event, stage)
    if (line) added.push(line)
    stage = stageOf(event) ?? stage
  }
  return added.length === 0 && stage === log.stage ? log : { lines: [...log.lines, ...added].slice(-limit), stage }
}
