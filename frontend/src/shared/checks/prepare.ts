// Texts and rows of a check's report.
import { type CheckedScore, type InstallationCheck, InstallationCheckSchema, type Job } from '@mistudio/contracts'

/** The report of a finished check; null while there is none. */
export const reportOf = (job: Pick<Job, 'result'> | null): InstallationCheck | null =>
  job ? (InstallationCheckSchema.safeParse(job.result).data ?? null) : null

/** Where a found score lies on an axis over the reference's range with half its width to both sides, 0 to 1. */
export function onScale({ found, from, to }: Pick<CheckedScore, 'found' | 'from' | 'to'>): {
  readonly at: number
  readonly from: number
  readonly to: number
} {
  const margin = Math.max(to - from, 0.02)
  const [low, high] = [Math.min(from, found) - margin / 2, Math.max(to, found) + margin / 2]
  const place = (value: number) => (value - low) / (high - low)
  return { at: place(found), from: place(from), to: place(to) }
}

export const scoreText = ({ found, from, to, starts }: CheckedScore): string =>
  `${found.toFixed(3)}, mean of ${starts.length} starts; expected ${from.toFixed(3)} to ${to.toFixed(3)} or above`
