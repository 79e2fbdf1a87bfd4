// How far each stage of a job ever came. An attempt that comes further than all before it has advanced; one that only does again what
// others did, or enters a stage that counts nothing, has not. So deaths without end are told from deaths on a long way.
import type { JobProgress } from '@mistudio/contracts'
import { z } from 'zod'

/** Furthest `done` by stage, in the stage's unit. */
const ReachedSchema = z.record(z.string(), z.number())
export type Reached = z.infer<typeof ReachedSchema>

export class Reach {
  private readonly furthest: Reached
  private fresh: Reached = {}
  /** Whether this attempt came further than all before it. */
  advanced = false

  /** @param stored Column of the job as this attempt found it. @throws ZodError when it is no record of numbers. */
  constructor(stored: unknown) {
    this.furthest = { ...ReachedSchema.parse(stored) }
  }

  note({ stage, done }: Pick<JobProgress, 'stage' | 'done'>): void {
    if (typeof done !== 'number' || done <= (this.furthest[stage] ?? 0)) return
    this.furthest[stage] = done
    this.fresh[stage] = done
    this.advanced = true
  }

  /** What came further since the last call, to be stored; null when nothing did. */
  take(): Reached | null {
    const taken = Object.keys(this.fresh).length > 0 ? this.fresh : null
    this.fresh = {}
    return taken
  }
}
