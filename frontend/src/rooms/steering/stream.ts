// Text as it is being written: job events become one text per column. Pure.
import { type JobEvent, STEERING_TOKENS_EVENT, SteeringTokensSchema } from '@mistudio/contracts'

export interface StreamedRow {
  readonly text: string
  readonly done: boolean
}
export type Streamed = readonly StreamedRow[]

const startsAnew = (event: JobEvent): boolean =>
  event.type === 'state' &&
  typeof event.payload === 'object' &&
  event.payload !== null &&
  'state' in event.payload &&
  event.payload.state === 'running'

/** Adds events in their order. When the job starts again (its process died), the text begins anew. */
export const appendEvents = (before: Streamed, events: readonly JobEvent[]): Streamed => {
  let rows: StreamedRow[] = [...before]
  for (const event of events) {
    if (startsAnew(event)) rows = []
    if (event.type !== STEERING_TOKENS_EVENT) continue
    for (const { row, text, done } of SteeringTokensSchema.parse(event.payload).rows) {
      while (rows.length <= row) rows.push({ text: '', done: false })
      rows[row] = { text: (rows[row]?.text ?? '') + text, done }
    }
  }
  return rows
}
