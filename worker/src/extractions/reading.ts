// The reading stage: the pass over all contexts with progress, checkpoints and control. Knows the job, not the
// database.
import { setImmediate } from 'node:timers/promises'
import { EntryBuffer } from '@mistudio/interp/features'
import { contextsPerPass } from '../models/passes.js'
import type { Control } from '../runner/context.js'
import { Interruption, outcomeFor } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { type Checkpoints, checkpointOf } from './checkpoint.js'
import { type Pass, readBatch } from './pass.js'

/** What the reading stage needs of its job. */
export interface ReadingJob {
  control(): Control
  progress(progress: ReturnType<StageProgress['at']>): void
}

export interface ReadingState {
  /** Contexts of the reading order that are done. */
  readonly done: number
  /** Seconds spent reading, earlier attempts included. */
  readonly seconds: number
}

/** Milliseconds between checkpoints. */
const CHECKPOINT_EVERY = 20_000

/**
 * Reads the contexts of `order` from `from.done` on. Ends early on `stop`, with one batch at least. A checkpoint holds
 * all of it at the end.
 * @throws Interruption on pause, suspend (both after a checkpoint) and cancel.
 */
export async function readContexts(
  job: ReadingJob,
  pass: Pass,
  order: Uint32Array,
  from: ReadingState,
  checkpoints: Checkpoints,
): Promise<ReadingState> {
  const { contextSize } = pass.source
  const step = contextsPerPass(contextSize)
  const buffer = new EntryBuffer(contextSize * 64)
  const progress = new StageProgress('reading', 'tokens')
  const total = order.length * contextSize
  const began = performance.now()
  const state = (done: number): ReadingState => ({ done, seconds: from.seconds + (performance.now() - began) / 1000 })
  let done = from.done
  let saved = began
  job.progress(progress.at(done * contextSize, total, began))
  while (done < order.length && (done === 0 || job.control() !== 'stop')) {
    const outcome = outcomeFor(job.control())
    if (outcome) {
      if (outcome.state !== 'cancelled') await checkpoints.save(checkpointOf(pass, state(done)))
      throw new Interruption(outcome)
    }
    const batch = order.subarray(done, done + step)
    await readBatch(pass, batch, buffer)
    done += batch.length
    const now = performance.now()
    job.progress(progress.at(done * contextSize, total, now))
    if (now - saved > CHECKPOINT_EVERY) {
      await checkpoints.save(checkpointOf(pass, state(done)))
      saved = performance.now()
    }
    // Lets messages of the supervisor in: graph runs block the event loop.
    await setImmediate()
  }
  if (done > from.done) await checkpoints.save(checkpointOf(pass, state(done)))
  return state(done)
}
