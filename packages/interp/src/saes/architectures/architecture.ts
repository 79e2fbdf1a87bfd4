// What the product must know of an SAE architecture in order to use a trained SAE. One file each; the table is in index.ts.
import type { TensorSource } from '@mistudio/formats'
import type { SaeCfg } from '../config.js'

/** The numbers of an SAE as encoder and decoder use them: activations are the k largest entries, sparse. */
export interface SaeWeights {
  /** Largest number of activations per token. */
  readonly k: number
  /** Model bytes of the encoder: `x` [n, d_in] to `values`, `index` [n, k]. */
  readonly encoder: Uint8Array
  /** Decoder rows as multiplied with activations, [d_sae, d_in]. */
  readonly decoderRows: Float32Array
  readonly bDec: Float32Array
}

export interface SaeArchitecture {
  readonly name: string
  /** Reads and checks the weights. @throws SaeError `sae_invalid` or `sae_unsupported`. */
  load(cfg: SaeCfg, tensors: TensorSource): Promise<SaeWeights>
}
