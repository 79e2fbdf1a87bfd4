// A trained SAE in memory, whatever its architecture, and what an architecture must do to read one. One file per family; the table is
// in index.ts.
import type { TensorSource } from '@mistudio/formats'
import type { z } from 'zod'
import type { SaeCfg } from '../config.js'
import type { PursuitOptions } from '../training/pursuit.js'

/** How activations follow from pre-activations. Arrays are [d_sae]. */
export type Activation =
  | { readonly kind: 'relu' }
  /** relu(pre) where pre > threshold. */
  | { readonly kind: 'jumprelu'; readonly threshold: Float32Array }
  /** The k largest, rectified; with `signed` the k of largest magnitude, sign kept. */
  | { readonly kind: 'topk'; readonly k: number; readonly signed: boolean }
  /** relu(product · scale + bias) where product + gateBias > 0; the encoder's own bias is 0. */
  | {
      readonly kind: 'gated'
      readonly gateBias: Float32Array
      readonly scale: Float32Array
      readonly bias: Float32Array
    }

/** Done to each token on the way in, and undone on the way out where the SAE reconstructs what it reads. */
export type RunTimeNormalisation = 'none' | 'layer_norm' | 'constant_norm_rescale'

interface Common {
  readonly normalisation: RunTimeNormalisation
  /** Decoder rows as multiplied with activations, [d_sae, d_out]. */
  readonly decoderRows: Float32Array
  /** Added to every reconstruction, [d_out]; null for none. */
  readonly bDec: Float32Array | null
  readonly dOut: number
}

/** Encoders that are one matrix product and an activation function. */
export interface AffineSae extends Common {
  readonly kind: 'affine'
  readonly transcoder: boolean
  /** Subtracted from the (normalised) input, [d_in]; null for none. */
  readonly inputBias: Float32Array | null
  /** [d_in, d_sae]. */
  readonly wEnc: Float32Array
  readonly bEnc: Float32Array
  /** Factors of the pre-activations before the selection, [d_sae]: decoder norms, or null. */
  readonly preScale: Float32Array | null
  readonly activation: Activation
  /** Added to the reconstruction as x · Wᵀ, [d_out, d_in]; null for none. */
  readonly wSkip: Float32Array | null
  /** Widths of a crosscoder's sites, side by side in input and output; absent for one site. */
  readonly siteWidths?: readonly number[]
}

/** Matching pursuit: encodes with the decoder's rows. */
export interface PursuitSae extends Common {
  readonly kind: 'pursuit'
  readonly inputBias: Float32Array | null
  readonly options: PursuitOptions
}

/** One attention layer of a temporal SAE; weights [out, in]. */
export interface TemporalLayer {
  readonly query: Projection
  readonly key: Projection
  readonly value: Projection
  readonly output: Projection
}

export interface Projection {
  readonly weight: Float32Array
  readonly bias: Float32Array
}

/** Temporal SAEs: a part predicted from earlier tokens, and a sparse code of what is new. */
export interface TemporalSae extends Common {
  readonly kind: 'temporal'
  readonly inputBias: Float32Array | null
  /** [d_in, d_sae]. */
  readonly wEnc: Float32Array
  readonly layers: readonly TemporalLayer[]
  readonly heads: number
  /** Activations kept per token; null for a plain relu. */
  readonly k: number | null
  /** Inputs are multiplied by it, outputs divided; 1 for none. */
  readonly factor: number
}

export type SaeModel = AffineSae | PursuitSae | TemporalSae

/** Whether reconstructions are brought back out of the normalisation: a transcoder's belong to another site, and stay as they are. */
export const undoesNormalisation = (model: SaeModel): boolean =>
  model.normalisation !== 'none' && !(model.kind === 'affine' && model.transcoder)

/** Set when the decoder writes to another site than the encoder reads. */
interface TranscoderOutput {
  readonly dOut: number
  readonly transcoder: true
}

/** Architectures that can also be a transcoder's. */
export interface AffineArchitecture extends SaeArchitecture {
  load(cfg: SaeCfg, tensors: TensorSource, output?: TranscoderOutput): Promise<AffineSae>
}

export interface SaeArchitecture {
  /** As in cfg.json. */
  readonly name: string
  /** Fields of cfg.json that only such SAEs have. */
  readonly schema: z.ZodObject
  /** Names of all tensors of such a file. */
  tensors(cfg: SaeCfg): readonly string[]
  /** Reads and checks the weights. @throws SaeError `sae_invalid` or `sae_unsupported`. */
  load(cfg: SaeCfg, tensors: TensorSource): Promise<SaeModel>
}
