// What an export wants to be fed besides token ids, and the feeds of a run from position 0: full mask, running positions, empty past.
import { type Declaration, type DType, elementType, type OnnxModel, type Tensor, tensor } from '@mistudio/onnx'
import { ModelError, type TokenBatch } from '../models/index.js'

/** Names under which exporters put the token ids. */
const TOKEN_NAMES: readonly string[] = ['input_ids', 'tokens', 'token_ids', 'input']
const PAST = /^past(_key_values)?[._].+/

type Fill = (input: TokenBatch, declaration: Declaration) => Tensor

const DTYPES: readonly DType[] = ['float32', 'float16', 'int32', 'int64', 'bool', 'uint8']

/** A tensor of the declared type, made of integers. */
function integers(
  { name, elementType: type }: Declaration,
  dims: readonly number[],
  at: (i: number) => number,
): Tensor {
  const length = dims.reduce((product, dim) => product * dim, 1)
  if (type === elementType('int64'))
    return tensor(
      'int64',
      BigInt64Array.from({ length }, (_, i) => BigInt(at(i))),
      dims,
    )
  if (type === elementType('int32'))
    return tensor(
      'int32',
      Int32Array.from({ length }, (_, i) => at(i)),
      dims,
    )
  if (type === elementType('bool'))
    return tensor(
      'bool',
      Uint8Array.from({ length }, (_, i) => at(i)),
      dims,
    )
  throw new ModelError('model_unsupported', `The export's input ${name} has an element type that is not fed here.`)
}

/** No earlier tokens: [batch, heads, 0, head_dim], with the one free axis that is not the batch at 0. */
function emptyPast({ name, elementType: type, shape }: Declaration, batch: number): Tensor {
  const dims = shape.map((size, axis) => (axis === 0 ? batch : typeof size === 'number' ? size : 0))
  const dtype = DTYPES.find((candidate) => elementType(candidate) === type)
  if (dims.filter((dim) => dim === 0).length !== 1 || (dtype !== 'float32' && dtype !== 'float16')) {
    throw new ModelError('model_unsupported', `The export's input ${name} is no cache whose length can be 0.`)
  }
  return dtype === 'float32' ? tensor(dtype, new Float32Array(0), dims) : tensor(dtype, new Uint16Array(0), dims)
}

const FILLS: Readonly<Record<string, Fill>> = {
  attention_mask: ({ batch, seq }, declaration) => integers(declaration, [batch, seq], () => 1),
  position_ids: ({ batch, seq }, declaration) => integers(declaration, [batch, seq], (i) => i % seq),
  token_type_ids: ({ batch, seq }, declaration) => integers(declaration, [batch, seq], () => 0),
  cache_position: ({ seq }, declaration) => integers(declaration, [seq], (i) => i),
  use_cache_branch: (_, declaration) => integers(declaration, [1], () => 0),
  // 0: logits of every position.
  num_logits_to_keep: (_, declaration) =>
    integers(
      declaration,
      declaration.shape.map(() => 1),
      () => 0,
    ),
}

/** The input that takes token ids. @throws ModelError `model_unsupported` naming the inputs there are. */
export function tokenInput({ inputs }: OnnxModel): Declaration {
  const found = TOKEN_NAMES.map((name) => inputs.find((input) => input.name === name)).find(Boolean)
  if (found && found.shape.length === 2) return found
  throw new ModelError(
    'model_unsupported',
    `The export has no input of token ids [batch, sequence] (${TOKEN_NAMES.join(', ')}); it has ${inputs.map(({ name }) => name).join(', ')}.`,
  )
}

/**
 * Checks that every input can be fed. `fixed`: sizes that the export has fixed for batch or sequence.
 * @throws ModelError `model_unsupported` naming an input that is not known, or fixed sizes.
 */
export function requireFeedable(model: OnnxModel): void {
  const tokens = tokenInput(model)
  const fixed = tokens.shape.find((size) => typeof size === 'number')
  if (fixed !== undefined) {
    throw new ModelError(
      'model_unsupported',
      `The export takes token ids of the fixed shape [${tokens.shape.join(', ')}]. Export it with dynamic batch and sequence axes.`,
    )
  }
  for (const { name } of model.inputs) {
    if (name === tokens.name || PAST.test(name) || Object.hasOwn(FILLS, name)) continue
    throw new ModelError('model_unsupported', `The export wants the input ${name}, which is not known here.`)
  }
}

/** Feeds for all inputs of a model, for whole rows from position 0. */
export function exportFeeds(model: OnnxModel, input: TokenBatch): Record<string, Tensor> {
  const tokens = tokenInput(model)
  const feeds: Record<string, Tensor> = {}
  for (const declaration of model.inputs) {
    const { name } = declaration
    if (name === tokens.name) feeds[name] = integers(declaration, [input.batch, input.seq], (i) => input.tokens[i]!)
    else feeds[name] = PAST.test(name) ? emptyPast(declaration, input.batch) : FILLS[name]!(input, declaration)
  }
  return feeds
}
