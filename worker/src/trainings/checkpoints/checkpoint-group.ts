// Checkpoints of SAEs that are trained on one stream: all of a step count, or none does, so that they go on from the same place.
import type { Checkpoint } from '@mistudio/contracts'
import { FormatError } from '@mistudio/formats'
import type { Pool } from 'pg'
import type { JobContext } from '../../runner/context.js'
import type { StoredCheckpoint } from './checkpoint-file.js'
import type { Checkpoints } from './checkpoints.js'

export interface ToSave {
  readonly checkpoints: Checkpoints
  readonly stored: StoredCheckpoint
  readonly best: boolean
}

/**
 * Writes checkpoints of one step, then makes them valid: first everything reported so far is stored, then one transaction puts all on
 * their lists. A kill before that leaves the lists, and the older checkpoints, as they were.
 */
export async function saveTogether(
  job: Pick<JobContext<unknown>, 'flush' | 'commit'>,
  members: readonly ToSave[],
): Promise<void> {
  const entries: { checkpoints: Checkpoints; entry: Checkpoint }[] = []
  for (const { checkpoints, stored, best } of members) {
    entries.push({ checkpoints, entry: await checkpoints.write(stored, best) })
  }
  await job.flush()
  const kept = await job.commit(async (tx) => {
    const lists: { checkpoints: Checkpoints; steps: number[] }[] = []
    for (const { checkpoints, entry } of entries) {
      lists.push({ checkpoints, steps: await checkpoints.validate(tx, entry) })
    }
    return lists
  })
  for (const { checkpoints, steps } of kept) await checkpoints.sweep(steps)
}

/**
 * The newest step that all have a usable checkpoint of, in their order; null when there is none. Damaged ones, and ones of other sizes,
 * are passed over with a word to `warn`.
 */
export async function newestTogether(
  db: Pool,
  members: readonly Checkpoints[],
  warn: (message: string) => void,
): Promise<StoredCheckpoint[] | null> {
  const lists = await Promise.all(members.map((checkpoints) => checkpoints.list(db)))
  const steps = (lists[0] ?? [])
    .map(({ step }) => step)
    .filter((step) => lists.every((list) => list.some((entry) => entry.step === step)))
    .sort((a, b) => b - a)
  for (const step of steps) {
    try {
      return await Promise.all(members.map((checkpoints) => checkpoints.read(step)))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      warn(`The checkpoint of step ${step} cannot be used: ${error.message}`)
    }
  }
  return null
}
