// The mixing buffer of a training: whether its next block is read while it steps, and whether blocks lie on disk. Results depend on
// neither; time and memory do. Pure.
import type { TrainingParams } from '@mistudio/contracts'

/** What the choice depends on when it is left to us. */
export interface OverlapFacts {
  /** From a capture: the disk works while the processor steps. */
  readonly fromCapture: boolean
  /** Threads of the job; forward passes and steps each use as many. */
  readonly threads: number
  readonly cores: number
}

/**
 * `auto` reads ahead from files, and from the model where twice the threads have cores: with fewer, passes and steps share the
 * same cores, and no gain was found (figures: 0xcc/adr/0091).
 */
export const overlaps = (
  { overlap }: Pick<TrainingParams, 'overlap'>,
  { fromCapture, threads, cores }: OverlapFacts,
): boolean => overlap === 'on' || (overlap === 'auto' && (fromCapture || cores >= 2 * threads))

export interface BufferPlan {
  /** Blocks that exist at a time. */
  readonly blocks: 1 | 2
  /** Of all of them, on disk or in memory. */
  readonly bytes: number
  readonly onDisk: boolean
  /** In memory: all, or the part of a block that is harvested at a time, in float32; both where all is kept in two bytes a value. */
  readonly memory: number
  /** Contexts of such a part. */
  readonly partContexts: number
}

/** Forward passes between two writes to disk. */
const PART_PASSES = 8

/** Size of the mixing buffer and where it lies. `perContext`: bytes of a context at all sites in float32; `perPass`: contexts of a forward pass. */
export function planBuffer(
  params: Pick<TrainingParams, 'bufferContexts' | 'bufferMemory' | 'bufferPrecision' | 'overlap'>,
  { perContext, perPass }: { readonly perContext: number; readonly perPass: number },
  facts: OverlapFacts,
): BufferPlan {
  const blocks = overlaps(params, facts) ? 2 : 1
  const half = params.bufferPrecision !== 'float32'
  const bytes = (blocks * params.bufferContexts * perContext) / (half ? 2 : 1)
  const onDisk = params.bufferMemory !== null && bytes > params.bufferMemory * 2 ** 20
  const partContexts = PART_PASSES * perPass
  const part = Math.min(partContexts, params.bufferContexts) * perContext
  return { blocks, bytes, onDisk, memory: onDisk ? part : bytes + (half ? part : 0), partContexts }
}
