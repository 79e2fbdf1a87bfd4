// What each action does to a job in each state: one pure table, no database.
import {
  AppError,
  isCleaning,
  isPausable,
  isQuestion,
  isStoppable,
  type Job,
  type JobAction,
  type JobControl,
  type JobState,
} from '@mistudio/contracts'

/** A change of the row: only a change of `state` to `queued` needs a new queue entry. */
export interface Change {
  readonly state: JobState
  readonly control: JobControl
  /** The job starts over: the traces of its last end are removed. */
  readonly fresh: boolean
}

type Rule = (job: Pick<Job, 'kind' | 'state' | 'control'>) => Change | string

const told = (control: JobControl): Change => ({ state: 'running', control, fresh: false })
const moved = (state: JobState): Change => ({ state, control: 'run', fresh: false })

const RULES: Readonly<Record<JobAction, Rule>> = {
  cancel: ({ kind, state }) => {
    if (state === 'running') return told('cancel')
    if ((state === 'queued' || state === 'paused') && isCleaning(kind)) {
      return { ...moved('queued'), control: 'cancel' }
    }
    if (state === 'queued' || state === 'paused') return { ...moved('cancelled'), control: 'cancel' }
    return 'it has ended already'
  },
  pause: ({ kind, state, control }) => {
    if (isQuestion(kind)) return 'a short question cannot be paused, only cancelled'
    if (state === 'queued') return control === 'cancel' ? 'it is being cancelled' : moved('paused')
    if (state === 'running' && !isPausable(kind)) return 'its work cannot be put down half-way; use cancel'
    if (state === 'running') return control === 'cancel' ? 'it is being cancelled' : told('pause')
    return state === 'paused' ? 'it is paused already' : 'it has ended already'
  },
  resume: ({ state, control }) => {
    if (state === 'paused') return moved('queued')
    if (state === 'running' && control === 'pause') return told('run')
    return state === 'running' || state === 'queued' ? 'it is not paused' : 'it has ended; use retry to run it again'
  },
  stop: ({ kind, state, control }) => {
    if (!isStoppable(kind)) return 'its work cannot be kept in part; use cancel'
    if (state === 'running') return control === 'cancel' ? 'it is being cancelled' : told('stop')
    return state === 'queued' || state === 'paused'
      ? 'it does not run; resume it first, or cancel it'
      : 'it has ended already'
  },
  retry: ({ kind, state }) => {
    if (isQuestion(kind)) return 'short questions are not repeated; ask again'
    if (state === 'failed' || state === 'cancelled' || state === 'completed_with_errors') {
      return { ...moved('queued'), fresh: true }
    }
    return state === 'completed' ? 'it completed' : 'it has not ended'
  },
}

/** The change an action makes. Throws `wrong_state` with the reason when the job's state does not allow it. */
export function changeFor(job: Pick<Job, 'kind' | 'state' | 'control'>, action: JobAction): Change {
  const outcome = RULES[action](job)
  if (typeof outcome !== 'string') return outcome
  throw new AppError('wrong_state', `Cannot ${action} this job: ${outcome}.`, {
    state: job.state,
    control: job.control,
  })
}
