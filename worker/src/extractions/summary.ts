// The figures of a finished extraction.
import { AppError, type ExtractionSummary } from '@mistudio/contracts'
import type { Pass } from './pass.js'
import type { ReadingState } from './reading.js'

/**
 * `tokens` are the counted ones (the denominator of densities); `tokensPerSecond` is the speed of reading, excluded
 * tokens included; `seconds` is reading time over all attempts.
 * @throws AppError `dataset_invalid` when the activations read do not vary, so that there is no FVU.
 */
export function summarise(pass: Pass, dSae: number, examples: number, reading: ReadingState): ExtractionSummary {
  const { accumulator, fidelity, source } = pass
  const { l0, fvu } = fidelity.result()
  if (Number.isNaN(fvu)) {
    throw new AppError(
      'dataset_invalid',
      `The ${accumulator.tokens} counted tokens have no variance in their activations. Use a larger or more varied dataset.`,
    )
  }
  return {
    tokens: accumulator.tokens,
    contexts: accumulator.contexts,
    features: dSae,
    aliveFeatures: accumulator.aliveFeatures(),
    l0,
    fvu,
    examples,
    tokensPerSecond: reading.seconds > 0 ? (accumulator.contexts * source.contextSize) / reading.seconds : 0,
    seconds: reading.seconds,
  }
}
