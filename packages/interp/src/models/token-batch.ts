// A batch of token ids and what a model checks before it runs one.
import { int64, type Tensor } from '@mistudio/onnx'
import { ModelError } from './errors.js'

/** Token ids, row-major [batch, seq]. Rows shorter than seq are padded on the right with any valid id. */
export interface TokenBatch {
  readonly tokens: Int32Array | Uint32Array | Uint16Array
  readonly batch: number
  readonly seq: number
}

/** Positions [batch, seq] of tokens that follow `starts[row]` earlier ones. */
export function positionsFrom(starts: Int32Array, seq: number): Tensor {
  const positions = Int32Array.from({ length: starts.length * seq }, (_, i) => starts[Math.floor(i / seq)]! + (i % seq))
  return int64(positions, [starts.length, seq])
}

/** @throws ModelError `prompt_invalid` when the ids do not fill the rows, do not fit the context or are outside the vocabulary. */
export function checkTokens(
  { tokens, batch, seq }: TokenBatch,
  vocabSize: number,
  contextLimit: number,
  past = 0,
): void {
  if (batch < 1 || seq < 1 || tokens.length !== batch * seq) {
    throw new ModelError('prompt_invalid', `${tokens.length} tokens do not fill ${batch} rows of ${seq}.`)
  }
  if (past + seq > contextLimit) {
    throw new ModelError('prompt_invalid', `${past + seq} tokens exceed the model's context of ${contextLimit}.`)
  }
  for (const id of tokens) {
    if (id < 0 || id >= vocabSize) {
      throw new ModelError('prompt_invalid', `Token id ${id} is outside the model's vocabulary of ${vocabSize}.`)
    }
  }
}
