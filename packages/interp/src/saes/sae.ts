// A trained SAE ready to use: encode, decode, reconstruct; shared by evaluation, extraction and steering.
import type { TensorSource } from '@mistudio/formats'
import { float32, float32Data, type Runtime, type Session, type Tensor } from '@mistudio/onnx'
import type { SpliceProgram } from '../models/index.js'
import type { SaeModel } from './architectures/architecture.js'
import type { SaeCfg } from './config.js'
import { SparseDecoder } from './decoder.js'
import { encoderGraph } from './encoder-graph.js'
import { SaeError } from './errors.js'
import { readSae } from './read.js'
import { addSkip, encodeReference } from './reference.js'
import { joinCodes, type SparseCode, sparseCode, type TokenScales } from './sparse.js'
import { spliceProgram } from './splice.js'

/** Pre-activations held at a time: 64 MB. */
const PRE_FLOATS = 16 * 2 ** 20

export interface EncodeOptions {
  /** Tokens per context; only temporal SAEs, which look at earlier tokens, need it. */
  readonly seq?: number
}

export class Sae {
  private program: SpliceProgram | undefined

  private constructor(
    readonly cfg: SaeCfg,
    private readonly model: SaeModel,
    /** null for architectures that are encoded by plain loops. */
    private readonly encoder: Session | null,
    private readonly decoder: SparseDecoder,
  ) {}

  /**
   * Reads an SAE in SAELens layout, any architecture SAELens can save for inference.
   * @throws SaeError `sae_invalid` for a file that contradicts itself, `sae_unsupported` for an architecture or option that is not covered.
   */
  static async load(
    cfg: unknown,
    tensors: TensorSource,
    runtime: Runtime,
    options: { threads?: number } = {},
  ): Promise<Sae> {
    const { cfg: parsed, model } = await readSae(cfg, tensors)
    const encoder = model.kind === 'affine' ? await runtime.createSession(encoderGraph(model), options) : null
    const bias = model.bDec ?? new Float32Array(model.dOut)
    return new Sae(parsed, model, encoder, new SparseDecoder(model.dOut, parsed.d_sae, model.decoderRows, bias))
  }

  get dIn(): number {
    return this.cfg.d_in
  }

  /** Width of the reconstruction; differs from d_in for some transcoders. */
  get dOut(): number {
    return this.model.dOut
  }

  get dSae(): number {
    return this.cfg.d_sae
  }

  /** Decoder rows as multiplied with activations, [d_sae, d_out]. */
  get decoderRows(): Float32Array {
    return this.model.decoderRows
  }

  /** Whether it reconstructs another site than the one it reads. */
  get transcoder(): boolean {
    return this.model.kind === 'affine' && this.model.transcoder
  }

  /** Widths of the sites that it reads and writes side by side; one but for crosscoders. */
  get siteWidths(): readonly number[] {
    return (this.model.kind === 'affine' && this.model.siteWidths) || [this.dIn]
  }

  /** Whether activations can be negative. */
  get signed(): boolean {
    return this.model.kind === 'affine' && this.model.activation.kind === 'topk' && this.model.activation.signed
  }

  /** Site that the SAE was trained at, when the file says so. */
  get site(): string | null {
    return this.cfg.metadata.hook_name ?? null
  }

  /**
   * Encodes x [tokens, d_in].
   * @throws SaeError `sae_invalid` for a wrong width, or a temporal SAE without `seq`.
   */
  async encode(x: Float32Array, tokens: number, options: EncodeOptions = {}): Promise<SparseCode> {
    const { dIn } = this
    if (x.length !== tokens * dIn) {
      throw new SaeError('sae_invalid', `${x.length} values are not ${tokens} activations of the SAE's width ${dIn}.`)
    }
    if (!this.encoder) return this.encodePlainly(x, tokens, options.seq)
    const chunk = Math.max(16, Math.floor(PRE_FLOATS / this.dSae))
    const codes: SparseCode[] = []
    for (let first = 0; first < tokens; first += chunk) {
      const count = Math.min(chunk, tokens - first)
      const part = x.subarray(first * dIn, (first + count) * dIn)
      codes.push(codeOf(await this.encoder.run({ x: float32(part, [count, dIn]) }), count))
    }
    return { ...joinCodes(codes), ...joinedScales(codes) }
  }

  /** Reconstructions [tokens, d_out] of a code: decoder, b_dec, and back out of the normalisation. No skip connection, no prediction. */
  decode(code: SparseCode): Float32Array {
    const { model } = this
    const out = this.decoder.decode(code.values, code.indices, code.values.length / code.k)
    if (model.kind === 'temporal') for (let at = 0; at < out.length; at++) out[at]! /= model.factor
    return code.scales ? unscaled(out, code.scales, this.dOut) : out
  }

  /** What the SAE makes of x: {@link decode}, with skip connection and prediction where the architecture has them. */
  reconstruct(x: Float32Array, code: SparseCode): Float32Array {
    const tokens = code.values.length / code.k
    const { model } = this
    if (code.predicted) return this.decode(withPrediction(code, code.predicted, this.dSae))
    const out = this.decode(code)
    if (model.kind === 'affine' && model.wSkip) addSkip(out, x, model.wSkip, tokens)
    return out
  }

  /** The SAE as nodes of a model's graph; the same program at every call. @throws SaeError `sae_unsupported`, see spliceProgram. */
  get splice(): SpliceProgram {
    this.program ??= spliceProgram(this.model)
    return this.program
  }

  async release(): Promise<void> {
    await this.encoder?.release()
  }

  private encodePlainly(x: Float32Array, tokens: number, seq: number | undefined): SparseCode {
    if (this.model.kind === 'temporal' && (!seq || tokens % seq !== 0)) {
      throw new SaeError(
        'sae_invalid',
        `A temporal SAE needs whole contexts; ${tokens} tokens came as contexts of ${seq ?? 'unknown size'}.`,
      )
    }
    const { acts, predicted, undo } = encodeReference(this.model, x, tokens, seq ?? tokens)
    return {
      ...sparseCode(acts, tokens),
      ...(predicted ? { predicted: Float32Array.from(predicted) } : {}),
      ...(undo ? { scales: { scale: Float32Array.from(undo.scale), shift: Float32Array.from(undo.shift) } } : {}),
    }
  }
}

/** The code in an encoder's outputs. */
function codeOf(out: Readonly<Record<string, Tensor>>, tokens: number): SparseCode {
  const scales = out['scale']
    ? { scales: { scale: float32Data(out['scale'], 'scale'), shift: float32Data(out['shift'], 'shift') } }
    : {}
  if (out['acts']) return { ...sparseCode(float32Data(out['acts'], 'acts'), tokens), ...scales }
  const indices = out['index']?.data
  if (!(indices instanceof Int32Array)) throw new SaeError('sae_invalid', 'The encoder returned no indices.')
  return { values: float32Data(out['values'], 'values'), indices, k: indices.length / tokens, ...scales }
}

function joinedScales(codes: readonly SparseCode[]): { scales?: TokenScales } {
  if (!codes[0]?.scales) return {}
  const join = (name: keyof TokenScales) => Float32Array.from(codes.flatMap((code) => [...(code.scales?.[name] ?? [])]))
  return { scales: { scale: join('scale'), shift: join('shift') } }
}

function unscaled(y: Float32Array, { scale, shift }: TokenScales, width: number): Float32Array {
  return y.map((value, at) => value * scale[Math.floor(at / width)]! + shift[Math.floor(at / width)]!)
}

/** The code with the predicted activations added; scales stay. */
function withPrediction(code: SparseCode, predicted: Float32Array, dSae: number): SparseCode {
  const all = predicted.slice()
  for (let i = 0; i < code.values.length; i++) all[Math.floor(i / code.k) * dSae + code.indices[i]!]! += code.values[i]!
  return { ...sparseCode(all, code.values.length / code.k), ...(code.scales ? { scales: code.scales } : {}) }
}
