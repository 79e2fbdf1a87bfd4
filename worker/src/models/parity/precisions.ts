// What quantising a model costs: int8 and int4 beside float32, one of which is the model as it is loaded. Copies are made one at a time.
import type { ParityCheck } from '@mistudio/contracts'
import { type Precision, type RunnableModel } from '@mistudio/interp/models'
import { precisionCheck } from '@mistudio/interp/parity'
import { availableMemory } from '../available-memory.js'
import { runBytes } from '../memory.js'
import { loadModel, type OpenModel } from '../model-store.js'
import { reported, type Skipped } from './reported.js'

const QUANTISED = ['int8', 'int4'] as const

/** Runs work with the model at a precision: the open one where it is that, otherwise a copy that is released again. Null: no memory for it. */
async function withPrecision<T>(
  { folder, model }: OpenModel,
  precision: Precision,
  run: { readonly threads: number; readonly tokens: number },
  work: (model: RunnableModel) => Promise<T>,
): Promise<T | null> {
  if (model.precision === precision) return work(model)
  const size = { precision, batch: 1, seq: run.tokens, logits: true }
  if (runBytes(folder, size) > availableMemory()) return null
  const copy = await loadModel(folder, { threads: run.threads, precision })
  try {
    return await work(copy)
  } finally {
    await copy.release()
  }
}

/** One check for each quantised precision; where memory does not suffice for a copy beside the open model, why it is missing. */
export async function* precisionChecks(
  opened: OpenModel,
  threads: number,
  tokens: Int32Array,
): AsyncGenerator<ParityCheck | Skipped> {
  if (opened.folder.format === 'onnx') {
    yield { group: 'precision', reason: 'An ONNX export runs as it was written; it has no choice of precision.' }
    return
  }
  const run = { threads, tokens: tokens.length }
  const noRoom = (precision: Precision): Skipped => ({
    group: 'precision',
    reason: `There is not enough free memory for the model at ${precision} beside the one that is loaded (${opened.model.precision}).`,
  })
  for (const precision of QUANTISED) {
    const found = await withPrecision(opened, 'float32', run, async (full) => {
      const check = await withPrecision(opened, precision, run, (quantised) => precisionCheck(full, quantised, tokens))
      return check ? reported(check) : noRoom(precision)
    })
    yield found ?? noRoom('float32')
  }
}
