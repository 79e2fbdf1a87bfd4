// Weights as a graph wants them: made from the file's tensors by recipes (transposed, computed), loaded only when a graph needs them.
import type { TensorSource } from '@mistudio/formats'
import { type Tensor, tensor } from '@mistudio/onnx'
import { ModelError } from './errors.js'

export type ReadTensor = (name: string) => Promise<Float32Array>

/** How to make one weight: its shape in the graph and the way from the stored tensors to it. */
export interface WeightRecipe {
  readonly name: string
  readonly shape: readonly number[]
  readonly make: (read: ReadTensor) => Promise<Float32Array>
}

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

/** A stored tensor as it is. */
export const stored = (name: string, shape: readonly number[]): WeightRecipe => ({
  name,
  shape,
  make: (read) => read(name),
})

/** A linear layer stored as [out, in], turned to [in, out] for `x W`. */
export const linear = (name: string, dIn: number, dOut: number): WeightRecipe => ({
  name: `${name}.turned`,
  shape: [dIn, dOut],
  make: async (read) => transpose(await read(name), dOut, dIn),
})

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
    const made = tensor('float32', await recipe.make(this.read), recipe.shape)
    if (keep) this.kept.set(recipe.name, made)
    return made
  }

  clear(): void {
    this.kept.clear()
  }
}
