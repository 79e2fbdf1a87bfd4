// Status of a subject: derived, never stored. The subject knows when it became ready; everything else its newest job knows.
import type { Job } from '@mistudio/contracts'

export function statusOf<Busy extends string>(
  readyAt: Date | null,
  job: Job | null,
  busy: Busy,
): Busy | 'ready' | 'failed' {
  if (readyAt) return 'ready'
  const over = job === null || job.state === 'failed' || job.state === 'cancelled'
  return over ? 'failed' : busy
}
