// What a job is called, where it leads and what may be done with it: pure.
import {
  JOB_KINDS,
  JOB_TRANSITIONS,
  type Job,
  type JobAction,
  type JobKind,
  PAUSABLE_KINDS,
  QUESTION_KINDS,
  STOPPABLE_KINDS,
} from '@mistudio/contracts'
import { subjectPlace } from '../places/index.js'
import type { Tone } from '../ui/tones.js'

const KIND_LABELS: Record<JobKind, string> = {
  'model.inspect': 'Look into a model folder',
  'model.register': 'Add model',
  'model.verify': 'Check model',
  'model.tensors': 'List tensors',
  'model.tensor': 'Read tensor statistics',
  'dataset.preview': 'Preview dataset',
  'dataset.import': 'Import dataset',
  'dataset.tokenize': 'Tokenize',
  'dataset.documents': 'Read documents',
  'dataset.samples': 'Read token samples',
  'training.estimate': 'Estimate training',
  'training.run': 'Train SAE',
  'extraction.run': 'Extract features',
  'activation.capture': 'Capture activations',
  'activation.compare': 'Compare captures',
  'feature.probe': 'Try text on a feature',
  'steering.generate': 'Generate text',
  'steering.chat': 'Chat prompt',
  'files.remove': 'Remove files',
  'data.check': 'Check stored data',
  'hub.search': 'Search the hub',
  'hub.inspect': 'Look into a repository',
  'hub.local': 'Look into the Hugging Face cache',
  'hub.download': 'Download model',
  'hub.remove': 'Remove downloaded files',
  'installation.check': 'Check this installation',
  'sae.inspect': 'Look into an SAE folder',
  'sae.hub': 'List SAEs of a repository',
  'sae.import': 'Import SAE',
  'sae.check': 'Check SAE',
  'sae.export': 'Export SAE',
  'sae.publish': 'Upload SAE to the hub',
}
export const kindLabel = (kind: JobKind): string => KIND_LABELS[kind]

/** Kinds that people see as jobs, for the filter. */
export const LISTED_KINDS: readonly JobKind[] = (Object.keys(JOB_KINDS) as JobKind[]).filter(
  (kind) => !QUESTION_KINDS.includes(kind),
)

export const kindTone = (kind: JobKind): Tone =>
  kind.startsWith('model') || kind.startsWith('sae.') || kind === 'hub.download'
    ? 'purple'
    : kind.startsWith('dataset')
      ? 'blue'
      : kind.endsWith('.remove')
        ? 'orange'
        : 'emerald'

/** Page of the thing the job works on; null where it has none (or has just been deleted). */
export const subjectLink = (job: Pick<Job, 'kind' | 'subjectType' | 'subjectId'>): string | null =>
  job.kind.endsWith('.remove') ? null : subjectPlace(job.subjectType, job.subjectId)

/** Actions that make sense in the job's state, the mildest first. The server has the last word. */
export const actionsOf = (job: Pick<Job, 'kind' | 'state' | 'control'>): JobAction[] => {
  const next = JOB_TRANSITIONS[job.state]
  const asked = job.control
  const actions: JobAction[] = []
  if (job.state === 'paused') actions.push('resume')
  if ((job.state === 'running' || job.state === 'queued') && asked === 'run') {
    if (PAUSABLE_KINDS.includes(job.kind)) actions.push('pause')
    if (STOPPABLE_KINDS.includes(job.kind) && job.state === 'running') actions.push('stop')
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
