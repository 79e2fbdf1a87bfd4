// Memory of a process that runs an ONNX export, before it is run. Its weights take what the file says; the rest is as for models built here.
import type { ModelFile } from '@mistudio/onnx'
import { estimateRunMemory, ModelError, type ModelPlan, type RunMemory, type RunShape } from '../models/index.js'
import { exportFacts } from './export-facts.js'

/** What of a file decides how much memory it takes. Bytes. */
export interface ExportSize {
  readonly bytes: number
  /** Of the graph's own file: tensors in it are copied more often on their way to the runtime than external ones. */
  readonly inlineBytes: number
  /** Whether matrices are float16, which the CPU widens. */
  readonly half: boolean
}

/** Copies of the graph's file at the peak: as it is read, as it is changed, and as the runtime parses it. Measured. */
const INLINE_COPIES = 3
/** The same for external tensors, beside what the session holds: they are handed over in memory. */
const EXTERNAL_COPIES = 1
/** Bytes held for one byte of float16 weights: float32 copies, and some of what they were made from. Measured. */
const WIDENED = 2.25

export function exportSize(file: ModelFile): ExportSize {
  const external = [...file.externalFiles.values()].reduce((sum, bytes) => sum + bytes, 0)
  return { bytes: file.bytes, inlineBytes: file.bytes - external, half: exportFacts(file, { opened: new Map() }).half }
}

type ExportShape = Pick<RunShape, 'batch' | 'context' | 'logits'>

/**
 * Estimate of the largest resident memory of the process that loads an export and runs one graph of it; a second graph of a small one holds
 * its weights again. Without a cache. Bytes.
 */
export function estimateExportMemory(plan: ModelPlan, size: ExportSize, shape: ExportShape): RunMemory {
  const { kv, activations, logits, overhead } = estimateRunMemory(plan, {
    ...shape,
    precision: 'float32',
    cache: false,
  })
  const weights = size.bytes * (size.half ? WIDENED : 1)
  const loading = INLINE_COPIES * size.inlineBytes + EXTERNAL_COPIES * (size.bytes - size.inlineBytes)
  return {
    weights,
    kv,
    activations,
    logits,
    loading,
    overhead,
    total: weights + loading + kv + activations + logits + overhead,
  }
}

/** @throws ModelError `out_of_memory` with the figures and what to change. `freeBytes`: what the process can still get. */
export function requireExportMemory(plan: ModelPlan, size: ExportSize, shape: ExportShape, freeBytes: number): void {
  const estimate = estimateExportMemory(plan, size, shape)
  const needed = estimate.total - estimate.overhead
  if (needed <= freeBytes) return
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`
  const outside = size.inlineBytes > size.bytes / 2 ? ', or an export with its tensors in external data' : ''
  throw new ModelError(
    'out_of_memory',
    `Running ${shape.batch} × ${shape.context} tokens of this export needs about ${gib(needed)} (${gib(estimate.loading)} of it while loading), and ${gib(freeBytes)} are free. Choose a smaller batch or context, an export with fewer bits${outside}.`,
    { estimate, freeBytes },
  )
}
