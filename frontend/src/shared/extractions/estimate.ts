// How long an extraction will take, from those that ended here before. Pure.
import type { Extraction } from '@mistudio/contracts'
import { formatDuration } from '../../ui/format.js'

type Ended = Pick<Extraction, 'saeId' | 'modelId' | 'saeName' | 'dSae' | 'summary' | 'job' | 'createdAt'>
interface Asked {
  readonly saeId: string
  readonly modelId: string | null
  readonly dSae: number
  /** Tokens that will be read. */
  readonly tokens: number
}

/** Seconds of a finished extraction beside reading: comparing decoders, writing rows and indexes. They go with the number of features. */
function besideReading({ summary, job }: Ended): number {
  if (!summary || !job?.startedAt || !job.finishedAt) return 0
  return Math.max(0, (Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000 - summary.seconds)
}

export interface TimeEstimate {
  readonly seconds: number
  /** The extraction it comes from, and whether it was of this very SAE. */
  readonly from: string
  readonly same: boolean
}

/** From the newest extraction of this SAE, else of another one of its model; null without either. */
export function estimateTime(asked: Asked, earlier: readonly Ended[]): TimeEstimate | null {
  const measured = [...earlier]
    .filter(({ summary }) => (summary?.tokensPerSecond ?? 0) > 0)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  const same = measured.find(({ saeId }) => saeId === asked.saeId)
  const found = same ?? measured.find(({ modelId }) => modelId !== null && modelId === asked.modelId)
  if (!found?.summary) return null
  const reading = asked.tokens / found.summary.tokensPerSecond
  const rest = besideReading(found) * (asked.dSae / Math.max(1, found.dSae))
  return { seconds: reading + rest, from: found.saeName, same: same !== undefined }
}

/** One line for the form. */
export function estimateLine(estimate: TimeEstimate | null): string {
  if (!estimate) return 'How long it takes is not known yet: nothing was extracted with this model here.'
  const { seconds, from, same } = estimate
  return `About ${formatDuration(Math.max(1, Math.round(seconds)))}, by the last extraction ${same ? 'of this SAE' : `of another SAE of this model (${from})`}.`
}
