// Settings offered for the width of the chosen site, in three lengths. Rules of thumb to begin with, each with its reason; no search. Pure.
import { BASE_OPTIONS, optionDefault, optionsOf, type SaeTrainingArchitecture } from '@mistudio/contracts'
import { formatNumber } from '../../ui/format.js'
import type { Values } from './options.js'

export interface Suggestion {
  readonly name: string
  /** What it is for, and its sizes. */
  readonly line: string
  readonly values: Values
}

/** Lengths of a run: share of the whole number of tokens, and what it is for. */
const LENGTHS = [
  { name: 'First look', share: 0.05, purpose: 'Shows whether site and architecture make sense.' },
  { name: 'Working SAE', share: 0.25, purpose: 'Good enough to browse features and to steer.' },
  { name: 'Thorough', share: 1, purpose: 'For results that are compared or published.' },
] as const

/**
 * Sizes by d_in. Wider sites get fewer features per dimension, as memory is d_in × d_sae; more features per token, as more is written
 * there; and larger batches, over which dead features are counted better.
 */
const SIZES = [
  { upTo: 256, expansion: 16, k: 16, batchSize: 1024, tokens: 20_000_000 },
  { upTo: 1024, expansion: 16, k: 32, batchSize: 2048, tokens: 100_000_000 },
  { upTo: 2560, expansion: 8, k: 64, batchSize: 4096, tokens: 200_000_000 },
  { upTo: Number.POSITIVE_INFINITY, expansion: 4, k: 64, batchSize: 4096, tokens: 400_000_000 },
] as const

/** Gao et al. 2024 found 2·10⁻⁴ good at 2¹⁴ features, and the best rate to fall with the root of their number; at most 10⁻³ here. */
const rateFor = (dSae: number): number => Math.min(1e-3, 2e-4 * Math.sqrt(2 ** 14 / dSae))

/** How much larger the usual rate of an architecture is than the general one, which the rule is for. */
const rateFactor = (architecture: SaeTrainingArchitecture): number =>
  Number(optionDefault(architecture, 'learningRate')) / BASE_OPTIONS.learningRate.parse(undefined)

/** Three sets of options of an architecture for a site of width `dIn`; only options that it has. */
export function suggestionsFor(dIn: number, architecture: SaeTrainingArchitecture): Suggestion[] {
  const size = SIZES.find(({ upTo }) => dIn <= upTo) ?? SIZES[SIZES.length - 1]!
  const { expansion, batchSize } = size
  const dSae = dIn * expansion
  const sparse = Math.min(size.k, dSae)
  const rate = Number((rateFor(dSae) * rateFactor(architecture)).toPrecision(2))
  const own: ReadonlySet<string> = new Set(optionsOf(architecture))
  return LENGTHS.map(({ name, share, purpose }) => {
    const steps = Math.ceil((share * size.tokens) / batchSize / 100) * 100
    const values = {
      expansion,
      batchSize,
      steps,
      learningRate: rate,
      lrSchedule: 'linear',
      warmupSteps: Math.min(1000, steps / 20),
      decaySteps: steps / 5,
      k: sparse,
      targetL0: sparse,
      maxIterations: sparse,
      l0WarmUpSteps: steps / 10,
      l1WarmUpSteps: steps / 10,
      deadWindow: Math.max(100, Math.round(steps / 10)),
      checkpointEvery: Math.max(200, steps / 20),
      evalEvery: Math.max(250, steps / 20),
      logEvery: Math.max(10, Math.round(steps / 500)),
    }
    const kept = Object.entries(values).filter(([key]) => own.has(key))
    const line = `${purpose} ${formatNumber(dSae)} features, L0 ${sparse}, ${formatNumber(steps)} steps of ${formatNumber(batchSize)} tokens.`
    return { name, line, values: Object.fromEntries(kept.map(([key, value]) => [key, wholeWhereCounted(value)])) }
  })
}

const wholeWhereCounted = (value: number | string): number | string =>
  typeof value === 'number' && value >= 1 ? Math.round(value) : value
