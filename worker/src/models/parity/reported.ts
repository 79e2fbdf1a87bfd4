// A check as the report writes it. Pure.
import type { ParityCheck, ParityGroup, PrecisionLoss } from '@mistudio/contracts'
import type { Check } from '@mistudio/interp/parity'

/** What was not looked at, and why. */
export interface Skipped {
  readonly group: ParityGroup
  readonly reason: string
}

/** JSON has no NaN. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function lossOf({ precision, positions, sameTop, ...quality }: NonNullable<Check['quality']>): PrecisionLoss {
  const { meanKl, maxKl, perplexity, originalPerplexity } = quality
  return {
    precision,
    positions,
    sameTop,
    meanKl: finite(meanKl),
    maxKl: finite(maxKl),
    perplexity: finite(perplexity),
    originalPerplexity: finite(originalPerplexity),
  }
}

export const reported = ({ quality, ...check }: Check): ParityCheck => ({
  ...check,
  figure: finite(check.figure),
  mean: check.mean === null ? null : finite(check.mean),
  ...(quality ? { loss: lossOf(quality) } : {}),
})
