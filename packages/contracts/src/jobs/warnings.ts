// What a finished job has to say although it did not fail: part of its result, so that every list of jobs can show it.
import { z } from 'zod'
import type { Job } from './schemas.js'

export const WarningsSchema = z.object({ warnings: z.array(z.string()) })

/** Warnings of a completed job; none while it goes on, and none of jobs that have none to give. */
export function jobWarnings({ state, result }: Pick<Job, 'state' | 'result'>): string[] {
  if (state !== 'completed' && state !== 'completed_with_errors') return []
  return WarningsSchema.safeParse(result).data?.warnings ?? []
}
