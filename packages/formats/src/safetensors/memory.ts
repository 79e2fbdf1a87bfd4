// Tensors that lie in memory, read like those of a file.
import { missingTensor, type TensorSource } from './reader.js'

export class MemoryTensors implements TensorSource {
  constructor(
    private readonly tensors: Readonly<
      Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
    >,
  ) {}

  names(): readonly string[] {
    return Object.keys(this.tensors).sort()
  }

  info(name: string): { dtype: string; shape: readonly number[] } {
    return { dtype: 'F32', shape: this.#tensor(name).shape }
  }

  /** The tensor itself, not a copy. */
  async float32(name: string): Promise<Float32Array> {
    return this.#tensor(name).data
  }

  #tensor(name: string) {
    const found = this.tensors[name]
    if (!found) throw missingTensor(name, 'memory', this.names())
    return found
  }
}
