// What a job is called, where it leads and what may be done with it: pure.
import {
  isPausable,
  isQuestion,
  isStoppable,
  JOB_KIND_NAMES,
  JOB_TRANSITIONS,
  type Job,
  type JobAction,
  type JobKind,
  jobOf,
  type Tone,
} from '@mistudio/contracts'
import { subjectPlace } from '../places/index.js'

export const kindLabel = (kind: JobKind): string => jobOf(kind).label
export const kindTone = (kind: JobKind): Tone => jobOf(kind).tone

/** Kinds that people see as jobs, for the filter. */
export const LISTED_KINDS: readonly JobKind[] = JOB_KIND_NAMES.filter((kind) => !isQuestion(kind))

/** Page of the thing the job works on; null where it has none (or has just been deleted). */
export const subjectLink = (job: Pick<Job, 'kind' | 'subjectType' | 'subjectId'>): string | null =>
  // Removals of earlier versions name what they removed.
  job.subjectType === jobOf(job.kind).subject ? subjectPlace(job.subjectType, job.subjectId) : null

/** Actions that make sense in the job's state, the mildest first. The server has the last word. */
export const actionsOf = (job: Pick<Job, 'kind' | 'state' | 'control'>): JobAction[] => {
  const next = JOB_TRANSITIONS[job.state]
  const asked = job.control
  const actions: JobAction[] = []
  if (job.state === 'paused') actions.push('resume')
  if ((job.state === 'running' || job.state === 'queued') && asked === 'run') {
    if (isPausable(job.kind)) actions.push('pause')
    if (isStoppable(job.kind) && job.state === 'running') actions.push('stop')
  }
  if (next.includes('cancelled') && asked !== 'cancel') actions.push('cancel')
  if (['failed', 'cancelled', 'completed_with_errors'].includes(job.state)) actions.push('retry')
  return actions
}

/** What was asked for and has not happened yet, in words; null when nothing is pending. */
export const pendingControl = (job: Pick<Job, 'state' | 'control'>): string | null => {
  if (job.state !== 'running') return null
  if (job.control === 'pause') return 'Pausing at the next safe point'
  if (job.control === 'stop') return 'Stopping at the next safe point'
  if (job.control === 'cancel') return 'Cancelling'
  return null
}

/** What the badge of a subject says: its own status, unless its job waits or was put down. */
export const subjectStatus = <S extends string>(
  status: S,
  job: Pick<Job, 'state'> | null | undefined,
): S | 'queued' | 'paused' =>
  status !== 'ready' && (job?.state === 'queued' || job?.state === 'paused') ? job.state : status
