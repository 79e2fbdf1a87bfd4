// A trained SAE ready to use: encode and decode, shared by evaluation, extraction and steering.
import type { TensorSource } from '@mistudio/formats'
import { float32, float32Data, type Runtime, type Session } from '@mistudio/onnx'
import { saeArchitectureOf } from './architectures/index.js'
import { parseSaeCfg, type SaeCfg } from './config.js'
import { SparseDecoder } from './decoder.js'
import { SaeError } from './errors.js'

/** Activations of `tokens` tokens: values (>= 0, descending) and feature indices, both [tokens, k]. */
export interface SparseCode {
  readonly values: Float32Array
  readonly indices: Int32Array
  readonly k: number
}

/** Pre-activations held at a time: 64 MB. */
const PRE_FLOATS = 16 * 2 ** 20

export class Sae {
  private constructor(
    readonly cfg: SaeCfg,
    readonly k: number,
    /** Decoder rows as multiplied with activations, [d_sae, d_in]. */
    readonly decoderRows: Float32Array,
    readonly bDec: Float32Array,
    private readonly encoder: Session,
    private readonly decoder: SparseDecoder,
  ) {}

  /**
   * Reads an SAE in SAELens layout.
   * @throws SaeError `sae_invalid` for a file that contradicts itself, `sae_unsupported` for an architecture or option that is not covered.
   */
  static async load(
    cfg: unknown,
    tensors: TensorSource,
    runtime: Runtime,
    options: { threads?: number } = {},
  ): Promise<Sae> {
    const parsed = parseSaeCfg(cfg)
    const weights = await saeArchitectureOf(parsed).load(parsed, tensors)
    const { k, decoderRows, bDec } = weights
    const encoder = await runtime.createSession(weights.encoder, options)
    return new Sae(
      parsed,
      k,
      decoderRows,
      bDec,
      encoder,
      new SparseDecoder(parsed.d_in, parsed.d_sae, k, decoderRows, bDec),
    )
  }

  get dIn(): number {
    return this.cfg.d_in
  }

  get dSae(): number {
    return this.cfg.d_sae
  }

  /** Site that the SAE was trained at, when the file says so. */
  get site(): string | null {
    return this.cfg.metadata.hook_name ?? null
  }

  /** Encodes x [tokens, d_in]. */
  async encode(x: Float32Array, tokens: number): Promise<SparseCode> {
    const { dIn, k } = this
    if (x.length !== tokens * dIn) {
      throw new SaeError('sae_invalid', `${x.length} values are not ${tokens} activations of the SAE's width ${dIn}.`)
    }
    const values = new Float32Array(tokens * k)
    const indices = new Int32Array(tokens * k)
    const chunk = Math.max(16, Math.floor(PRE_FLOATS / this.dSae))
    for (let first = 0; first < tokens; first += chunk) {
      const count = Math.min(chunk, tokens - first)
      const part = x.subarray(first * dIn, (first + count) * dIn)
      const out = await this.encoder.run({ x: float32(part, [count, dIn]) })
      const index = out['index']?.data
      if (!(index instanceof Int32Array)) throw new SaeError('sae_invalid', 'The encoder returned no indices.')
      values.set(float32Data(out['values'], 'values'), first * k)
      indices.set(index, first * k)
    }
    return { values, indices, k }
  }

  /** Reconstructions [tokens, d_in] of values and indices [tokens, k]. */
  decode(values: Float32Array, indices: Int32Array, tokens: number): Float32Array {
    return this.decoder.decode(values, indices, tokens)
  }

  release(): Promise<void> {
    return this.encoder.release()
  }
}
