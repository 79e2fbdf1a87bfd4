// Weights as a graph wants them: made from the file's tensors by recipes (sliced, transposed), loaded only when a graph needs them.
import type { TensorSource } from '@mistudio/formats'
import { type DType, type Tensor, type TensorData, tensor } from '@mistudio/onnx'
import { ModelError } from '../errors.js'
import type { LinearPlan, Piece } from '../plan.js'
import type { TensorSpec } from '../spec.js'

export type ReadTensor = (name: string) => Promise<Float32Array>

/** How to make one weight: its shape in the graph and the way from the stored tensors to it. */
export interface WeightRecipe<Data extends TensorData = TensorData> {
  readonly name: string
  readonly shape: readonly number[]
  /** Default float32. */
  readonly dtype?: DType
  /** Must be part of the model file, because the runtime rearranges it once; never fed. */
  readonly constant?: true
  readonly make: (read: ReadTensor) => Promise<Data>
}

export type FloatRecipe = WeightRecipe<Float32Array>

/** [rows, columns] to [columns, rows], in tiles that stay in the cache. */
export function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length)
  const tile = 32
  for (let top = 0; top < rows; top += tile) {
    for (let left = 0; left < columns; left += tile) {
      const bottom = Math.min(top + tile, rows)
      const right = Math.min(left + tile, columns)
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) turned[column * rows + row] = matrix[row * columns + column]!
      }
    }
  }
  return turned
}

/** Columns `from` to `from + count` of [rows, columns]. */
function takeColumns(matrix: Float32Array, columns: number, from: number, count: number): Float32Array {
  const rows = matrix.length / columns
  const taken = new Float32Array(rows * count)
  for (let row = 0; row < rows; row++) {
    taken.set(matrix.subarray(row * columns + from, row * columns + from + count), row * count)
  }
  return taken
}

/** Part 0, 1 or 2 of rows grouped as [head][q | k | v][head_dim], each row `width` values. */
function takeInterleaved(
  matrix: Float32Array,
  { part, heads, headDim }: Extract<Piece['layout'], { kind: 'interleaved' }>,
  width: number,
): Float32Array {
  const size = headDim * width
  const taken = new Float32Array(heads * size)
  for (let head = 0; head < heads; head++) {
    const start = (3 * head + part) * size
    taken.set(matrix.subarray(start, start + size), head * size)
  }
  return taken
}

/** The rows of a stored tensor that a piece means, each `width` values (1 for a vector). */
function takeRows(values: Float32Array, layout: Piece['layout'], width: number): Float32Array {
  if (layout.kind === 'rows') return values.slice(layout.from * width, (layout.from + layout.count) * width)
  if (layout.kind === 'interleaved') return takeInterleaved(values, layout, width)
  return values
}

/** Distinguishes pieces of one tensor. */
function pieceName({ tensor: { name }, layout }: Piece): string {
  if (layout.kind === 'whole') return name
  if (layout.kind === 'interleaved') return `${name}[${'qkv'[layout.part]}]`
  return `${name}[${layout.kind} ${layout.from}+${layout.count}]`
}

/** A stored tensor as it is. */
export const stored = ({ name, shape }: TensorSpec): FloatRecipe => ({ name, shape, make: (read) => read(name) })

/** Rows of a stored table from `from` on, as it is otherwise. */
export const rowsFrom = ({ name, shape }: TensorSpec, from: number): FloatRecipe => ({
  name: from === 0 ? name : `${name}[rows ${from}+]`,
  shape: [shape[0]! - from, ...shape.slice(1)],
  make: async (read) => (await read(name)).subarray(from * (shape[1] ?? 1)),
})

/** A linear layer's weight as [dIn, dOut] for `x W`. */
export function linearWeight({ dIn, dOut, weight }: LinearPlan): FloatRecipe {
  const { tensor: source, layout } = weight
  const make = async (read: ReadTensor): Promise<Float32Array> => {
    const values = await read(source.name)
    if (layout.kind === 'columns') return takeColumns(values, source.shape[1]!, layout.from, layout.count)
    return transpose(takeRows(values, layout, dIn), dOut, dIn)
  }
  return { name: `${pieceName(weight)}.turned`, shape: [dIn, dOut], make }
}

/** The same turned, [dOut, dIn]: an output's weights side by side. */
export function linearRows({ dIn, dOut, weight }: LinearPlan): FloatRecipe {
  const { tensor: source, layout } = weight
  const make = async (read: ReadTensor): Promise<Float32Array> => {
    const values = await read(source.name)
    if (layout.kind !== 'columns') return takeRows(values, layout, dIn)
    return transpose(takeColumns(values, source.shape[1]!, layout.from, layout.count), dIn, dOut)
  }
  return { name: pieceName(weight), shape: [dOut, dIn], make }
}

/** A linear layer's bias [dOut]. */
export function linearBias(bias: Piece, dOut: number): FloatRecipe {
  const { tensor: source, layout } = bias
  const make = async (read: ReadTensor): Promise<Float32Array> => {
    const values = await read(source.name)
    return layout.kind === 'columns'
      ? values.slice(layout.from, layout.from + layout.count)
      : takeRows(values, layout, 1)
  }
  return { name: pieceName(bias), shape: [dOut], make }
}

export class WeightStore {
  private readonly kept = new Map<string, Tensor>()

  /** `fileNames` maps the architecture's tensor names to those of the file. */
  constructor(
    private readonly source: TensorSource,
    private readonly fileNames: ReadonlyMap<string, string>,
  ) {}

  readonly read: ReadTensor = (name) => {
    const fileName = this.fileNames.get(name)
    if (fileName === undefined) throw new ModelError('model_invalid', `The architecture declares no tensor ${name}.`)
    return this.source.float32(fileName)
  }

  /** The weight as a tensor; with `keep` it stays in memory and is shared by later calls. */
  async load(recipe: WeightRecipe, keep: boolean): Promise<Tensor> {
    const known = this.kept.get(recipe.name)
    if (known) return known
    const made = tensor(recipe.dtype ?? 'float32', await recipe.make(this.read), recipe.shape)
    if (keep) this.kept.set(recipe.name, made)
    return made
  }

  clear(): void {
    this.kept.clear()
  }
}

/** Takes from every column of a matrix with `rows` rows its mean, in place: what a LayerNorm's centring does before the matrix. */
export function centreColumns(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows
  const means = new Float64Array(columns)
  for (let at = 0; at < matrix.length; at++) means[at % columns]! += matrix[at]! / rows
  for (let at = 0; at < matrix.length; at++) matrix[at]! -= means[at % columns]!
  return matrix
}
