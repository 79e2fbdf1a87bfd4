// Tensors computed from those of a file when they are read: transposed, scaled, renamed.
import { FormatError } from '../errors.js'
import type { TensorSource } from '../safetensors/reader.js'

export interface DerivedTensor {
  readonly shape: readonly number[]
  read(): Promise<Float32Array>
}

/** A TensorSource whose tensors are made on demand; nothing is kept. */
export class DerivedTensors implements TensorSource {
  constructor(
    private readonly tensors: Readonly<Record<string, DerivedTensor>>,
    private readonly file: string,
  ) {}

  names(): readonly string[] {
    return Object.keys(this.tensors).sort()
  }

  info(name: string): { readonly dtype: string; readonly shape: readonly number[] } {
    return { dtype: 'F32', shape: this.#tensor(name).shape }
  }

  float32(name: string): Promise<Float32Array> {
    return this.#tensor(name).read()
  }

  #tensor(name: string): DerivedTensor {
    const found = this.tensors[name]
    if (found) return found
    const hint = `It holds ${this.names().join(', ')}.`
    throw new FormatError('safetensors_tensor_missing', `There is no tensor "${name}"`, { file: this.file, hint })
  }
}

/** A stored tensor, each value times `factor`. */
export function scaledTensor(source: TensorSource, name: string, factor = 1): DerivedTensor {
  return {
    shape: source.info(name).shape,
    read: async () => {
      const values = await source.float32(name)
      return factor === 1 ? values : values.map((value) => value * factor)
    },
  }
}

/** A stored matrix with rows and columns exchanged, each value times `factor`. */
export function transposedTensor(source: TensorSource, name: string, factor = 1): DerivedTensor {
  const [rows = 0, columns = 0] = source.info(name).shape
  return {
    shape: [columns, rows],
    read: async () => {
      const values = await source.float32(name)
      const out = new Float32Array(values.length)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]! * factor
      return out
    },
  }
}

/** The same number everywhere. */
export const constantTensor = (size: number, value: number): DerivedTensor => ({
  shape: [size],
  read: async () => new Float32Array(size).fill(value),
})
