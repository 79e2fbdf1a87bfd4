// The precision of a model on screen: what each costs in memory and in loss, and why one cannot be had. Pure.
import {
  type Model,
  type ModelMemory,
  memoryOfRun,
  PRECISION_TEXTS,
  type Precision,
  type PrecisionLoss,
  precisionProblem,
} from '@mistudio/contracts'
import { formatBytes, formatNumber, formatPercent, formatValue } from '../../ui/format.js'

/** What is chosen in a form: a precision, and the run that its memory is shown for; null while a number is not one. */
export interface PrecisionDraft {
  readonly precision: Precision
  readonly batch: number | null
  readonly context: number | null
}

export interface PrecisionRow {
  readonly precision: Precision
  readonly explanation: string
  /** Bytes of the weights, and of a run with them. */
  readonly weights: string
  readonly run: string
  readonly loss: PrecisionLoss | null
  /** Cannot be chosen on this machine at all. */
  readonly unavailable: string | null
  readonly fits: boolean
}

/** The first that can be had, full precision if possible. */
export function startPrecision(memory: ModelMemory): PrecisionDraft {
  const fitting = memory.precisions.find(({ precision }) => precisionProblem(memory, precision, null) === null)
  return { precision: fitting?.precision ?? 'float32', batch: 4, context: 256 }
}

const whole = (value: number | null): value is number => value !== null && Number.isInteger(value) && value >= 1

const runOf = ({ batch, context }: PrecisionDraft) => (whole(batch) && whole(context) ? { batch, context } : null)

export const precisionRows = (
  memory: ModelMemory,
  draft: PrecisionDraft,
  losses: readonly PrecisionLoss[] = [],
): PrecisionRow[] => {
  const run = runOf(draft)
  return memory.precisions.map((one) => ({
    precision: one.precision,
    explanation: PRECISION_TEXTS[one.precision].explanation,
    weights: formatBytes(one.weights),
    run: run ? formatBytes(memoryOfRun(one, run.batch, run.context).total) : formatBytes(null),
    loss: losses.find(({ precision }) => precision === one.precision) ?? null,
    unavailable: one.unavailable,
    fits: precisionProblem(memory, one.precision, run) === null,
  }))
}

/** Why the choice cannot be made; null when it can. */
export function draftProblem(memory: ModelMemory, draft: PrecisionDraft): string | null {
  const run = runOf(draft)
  if (!run) return 'Rows and tokens are whole numbers from 1 on.'
  return precisionProblem(memory, draft.precision, run)?.message ?? null
}

/** What a model lost at a precision, as last measured; null for float32 and where it was not measured. */
export const lossAt = (model: Pick<Model, 'parity'> | undefined, precision: Precision): PrecisionLoss | null =>
  model?.parity?.losses.find((loss) => loss.precision === precision) ?? null

const number = (value: number | null): string => (value === null ? 'not finite' : formatValue(value))

/** A KL divergence in nats. */
const nats = (value: number | null): string => (value === null ? 'not finite' : `${formatValue(value)} nats`)

/** `KL 4.6e-4 nats from float32, 157 tokens`. */
export const shortLoss = ({ meanKl, positions }: PrecisionLoss): string =>
  `KL ${nats(meanKl)} from float32, ${formatNumber(positions)} tokens`

export const perplexityText = ({ perplexity, originalPerplexity }: PrecisionLoss): string =>
  `perplexity ${number(perplexity)} (float32: ${number(originalPerplexity)})`

/** All that was measured, in a sentence. */
export const fullLoss = (loss: PrecisionLoss): string =>
  `Mean KL(float32 ‖ ${loss.precision}) of the next-token distributions ${nats(loss.meanKl)}, largest ${nats(loss.maxKl)}; ${perplexityText(loss)}; the same first choice at ${formatPercent(loss.sameTop)}. Measured on ${formatNumber(loss.positions)} tokens of the bundled text.`
