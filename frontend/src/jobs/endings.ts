// What ending a job early keeps and loses, in words: asked before it is done. A pause keeps everything, so it is not asked about.
import type { Job } from '@mistudio/contracts'
import { kindLabel } from './prepare.js'

/** Actions that end a job before its work is done. */
export type Ending = 'stop' | 'cancel'

export interface Consequence {
  /** With the verb it names the deed: `Cancel training`. */
  readonly noun: string
  readonly name: string
  /** On the button that leaves the job running. */
  readonly dismiss: string
  readonly goes: readonly string[]
  readonly stays: readonly string[]
}

const TRAINING: Readonly<Record<Ending, Pick<Consequence, 'goes' | 'stays'>>> = {
  // Without the step: the training goes on while one reads.
  stop: {
    goes: ['The steps that are still to come'],
    stays: ['A finished SAE with the weights it has then, measured on held-out text', 'All curves'],
  },
  cancel: {
    goes: ['The SAE: nothing is made of the steps done so far'],
    stays: ['All curves', 'Its settings, for Retry'],
  },
}

/** What to ask before a job is ended so; null: nothing is lost by it. */
export function consequenceOf(job: Pick<Job, 'kind' | 'title'>, ending: Ending): Consequence | null {
  if (job.kind === 'training.run')
    return { noun: 'training', name: job.title, dismiss: 'Go on training', ...TRAINING[ending] }
  if (ending === 'stop') return null
  return {
    noun: 'job',
    name: `${kindLabel(job.kind)}: ${job.title}`,
    dismiss: 'Let it run',
    goes: ['What it has done so far'],
    stays: ['Its settings, for Retry'],
  }
}
