// SAEs written in layouts of other projects, number for number. Whether a layout can hold an SAE is for the caller to know.
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFileAtomic } from '../files/atomic.js'
import { writeNpz } from '../npz/writer.js'
import { SAELENS_CFG } from '../saelens/saelens.js'
import type { TensorSource } from '../safetensors/reader.js'
import { writeSafetensors } from '../safetensors/writer.js'
import { type DerivedTensor, scaledTensor, transposedTensor } from './derived.js'
import { GEMMA_SCOPE_WEIGHTS } from './gemma-scope.js'
import { SPARSIFY_WEIGHTS } from './sparsify.js'

/**
 * Writes a TopK SAE as EleutherAI's sparsify does (`cfg.json`, `sae.safetensors`; encoder transposed). `weights`: SAELens's names and
 * orientation. Errors: `safetensors_tensor_missing`, `disk_full`.
 */
export async function writeSparsifyFolder(
  folder: string,
  { d_in, d_sae, k }: { readonly d_in: number; readonly d_sae: number; readonly k: number },
  weights: TensorSource,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const tensors: Record<string, DerivedTensor> = {
    'encoder.weight': transposedTensor(weights, 'W_enc'),
    'encoder.bias': scaledTensor(weights, 'b_enc'),
    W_dec: scaledTensor(weights, 'W_dec'),
    b_dec: scaledTensor(weights, 'b_dec'),
  }
  await writeSafetensors(
    join(folder, SPARSIFY_WEIGHTS),
    Object.entries(tensors).map(([name, { shape, read }]) => ({ name, dtype: 'F32', shape, data: read })),
  )
  // sparsify reads expansion_factor only where num_latents is 0.
  const sizes = {
    expansion_factor: Math.max(1, Math.round(d_sae / d_in)),
    normalize_decoder: false,
    num_latents: d_sae,
  }
  const kind = { k, multi_topk: false, skip_connection: false, transcode: false, activation: 'topk' }
  await writeFileAtomic(join(folder, SAELENS_CFG), JSON.stringify({ ...sizes, ...kind, d_in }, null, 2))
}

/** Writes a JumpReLU SAE as Gemma Scope does: the arrays of `params.npz`, nothing else. Errors as above, and `npz_too_large`. */
export async function writeGemmaScopeFolder(folder: string, weights: TensorSource): Promise<void> {
  const path = join(folder, GEMMA_SCOPE_WEIGHTS)
  await mkdir(dirname(path), { recursive: true })
  const names = ['W_enc', 'W_dec', 'b_enc', 'b_dec', 'threshold']
  const arrays = []
  for (const name of names) {
    arrays.push({ name, dtype: '<f4' as const, shape: weights.info(name).shape, data: await weights.float32(name) })
  }
  await writeNpz(path, arrays)
}
