// Refuses an extraction whose accumulators would not fit in memory, before any work is done.
import { AppError, type ExtractionParams } from '@mistudio/contracts'
import { extractionMemory } from '@mistudio/interp/features'

/** Share of the available memory that accumulators may take; the model and the encoder need the rest. */
const SHARE = 0.7
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

/** @param available bytes that this process can still get. @throws AppError `out_of_memory` with what to change. */
export function requireMemory(dSae: number, params: ExtractionParams, available = process.availableMemory()): void {
  const { total } = extractionMemory(dSae, params)
  if (total <= SHARE * available) return
  throw new AppError(
    'out_of_memory',
    `Examples of ${dSae} features need ${gigabytes(total)}, of ${gigabytes(available)} available. Take fewer examples or a shorter context around them.`,
    { needed: total, available },
  )
}
