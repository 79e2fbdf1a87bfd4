// Sparse decoding: a reconstruction reads only the decoder rows of the features that fire.
import { allocate, floats, loadKernels, paddedWidth } from '@mistudio/kernels'
import { SaeError } from './errors.js'

/** Tokens decoded per call of the kernel. */
const CHUNK = 256

/** Decoder with its rows in kernel memory: x̂ = sum of values × rows + b_dec. */
export class SparseDecoder {
  private readonly slots
  private readonly kernels

  /** @param rows [d_sae, d_in], as multiplied with activations. */
  constructor(
    readonly dIn: number,
    readonly dSae: number,
    readonly k: number,
    rows: Float32Array,
    private readonly bDec: Float32Array,
  ) {
    const width = paddedWidth(dIn)
    this.slots = allocate({
      rows: floats(dSae * width),
      values: floats(CHUNK * k),
      index: floats(CHUNK * k),
      keep: floats(CHUNK),
      out: floats(CHUNK * width),
    })
    this.kernels = loadKernels(this.slots.memory)
    const padded = this.view('rows', dSae * width)
    for (let j = 0; j < dSae; j++) padded.set(rows.subarray(j * dIn, (j + 1) * dIn), j * width)
    new Int32Array(this.slots.memory.buffer, this.slots.at.keep, CHUNK).fill(k)
  }

  /**
   * Reconstructions [tokens, d_in] of values and indices [tokens, k].
   * @throws SaeError `sae_invalid` for an index outside d_sae or arrays of the wrong length.
   */
  decode(values: Float32Array, indices: Int32Array, tokens: number): Float32Array {
    const { dIn, k } = this
    if (values.length !== tokens * k || indices.length !== tokens * k) {
      throw new SaeError('sae_invalid', `${values.length} activations do not fill ${tokens} tokens of k ${k}.`)
    }
    const wrong = indices.find((index) => index < 0 || index >= this.dSae)
    if (wrong !== undefined) throw new SaeError('sae_invalid', `Feature ${wrong} is outside 0..${this.dSae - 1}.`)
    const out = new Float32Array(tokens * dIn)
    for (let first = 0; first < tokens; first += CHUNK) {
      this.decodeChunk(values, indices, first, Math.min(CHUNK, tokens - first), out)
    }
    return out
  }

  private decodeChunk(
    values: Float32Array,
    indices: Int32Array,
    first: number,
    count: number,
    out: Float32Array,
  ): void {
    const { dIn, k } = this
    const { at, memory } = this.slots
    const width = paddedWidth(dIn)
    this.view('values', count * k).set(values.subarray(first * k, (first + count) * k))
    new Int32Array(memory.buffer, at.index, count * k).set(indices.subarray(first * k, (first + count) * k))
    this.kernels.decodeRows(at.values, at.index, at.keep, count, k, width, at.rows, at.out)
    const decoded = this.view('out', count * width)
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < dIn; i++) out[(first + t) * dIn + i] = decoded[t * width + i]! + this.bDec[i]!
    }
  }

  private view(slot: 'rows' | 'values' | 'out', count: number): Float32Array {
    return new Float32Array(this.slots.memory.buffer, this.slots.at[slot], count)
  }
}
