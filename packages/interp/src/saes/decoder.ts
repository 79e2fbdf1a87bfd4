// Sparse decoding: a reconstruction reads only the decoder rows of the features that fire.
import { allocate, floats, loadKernels, paddedWidth } from '@mistudio/kernels'
import { SaeError } from './errors.js'

/** Tokens decoded per call of the kernel, at most. */
const CHUNK = 256
/** Activations per token at which a call takes as many tokens as it can. */
const USUAL_K = 64

/** Decoder with its rows in kernel memory: x̂ = sum of values × rows + b_dec. */
export class SparseDecoder {
  private readonly slots
  /** Activations that one call of the kernel takes. */
  private readonly capacity: number
  private readonly kernels

  /** @param rows [d_sae, d_out], as multiplied with activations. */
  constructor(
    readonly dOut: number,
    readonly dSae: number,
    rows: Float32Array,
    private readonly bDec: Float32Array,
  ) {
    const width = paddedWidth(dOut)
    this.capacity = Math.max(CHUNK * USUAL_K, dSae)
    this.slots = allocate({
      rows: floats(dSae * width),
      values: floats(this.capacity),
      index: floats(this.capacity),
      bounds: floats(CHUNK + 1),
      out: floats(CHUNK * width),
    })
    this.kernels = loadKernels(this.slots.memory)
    const padded = this.view('rows', dSae * width)
    for (let j = 0; j < dSae; j++) padded.set(rows.subarray(j * dOut, (j + 1) * dOut), j * width)
  }

  /**
   * Reconstructions [tokens, d_out] of values and indices [tokens, k], k = values.length / tokens.
   * @throws SaeError `sae_invalid` for an index outside d_sae or arrays of the wrong length.
   */
  decode(values: Float32Array, indices: Int32Array, tokens: number): Float32Array {
    const k = tokens > 0 ? values.length / tokens : 1
    if (!Number.isInteger(k) || k > this.dSae || indices.length !== values.length) {
      throw new SaeError(
        'sae_invalid',
        `${values.length} activations with ${indices.length} indices do not fill ${tokens} tokens of at most ${this.dSae}.`,
      )
    }
    const wrong = indices.find((index) => index < 0 || index >= this.dSae)
    if (wrong !== undefined) throw new SaeError('sae_invalid', `Feature ${wrong} is outside 0..${this.dSae - 1}.`)
    const out = new Float32Array(tokens * this.dOut)
    const chunk = Math.min(CHUNK, Math.floor(this.capacity / k))
    for (let first = 0; first < tokens; first += chunk) {
      this.decodeChunk(values, indices, k, first, Math.min(chunk, tokens - first), out)
    }
    return out
  }

  private decodeChunk(
    values: Float32Array,
    indices: Int32Array,
    k: number,
    first: number,
    count: number,
    out: Float32Array,
  ): void {
    const { dOut } = this
    const { at, memory } = this.slots
    const width = paddedWidth(dOut)
    this.view('values', count * k).set(values.subarray(first * k, (first + count) * k))
    new Int32Array(memory.buffer, at.index, count * k).set(indices.subarray(first * k, (first + count) * k))
    const bounds = new Int32Array(memory.buffer, at.bounds, count + 1)
    for (let t = 0; t <= count; t++) bounds[t] = t * k
    this.kernels.decodeRows(at.values, at.index, at.bounds, at.bounds + 4, count, width, at.rows, at.out)
    const decoded = this.view('out', count * width)
    for (let t = 0; t < count; t++) {
      for (let i = 0; i < dOut; i++) out[(first + t) * dOut + i] = decoded[t * width + i]! + this.bDec[i]!
    }
  }

  private view(slot: 'rows' | 'values' | 'out', count: number): Float32Array {
    return new Float32Array(this.slots.memory.buffer, this.slots.at[slot], count)
  }
}
