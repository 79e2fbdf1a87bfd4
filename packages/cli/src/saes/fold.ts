// Checks of folding the decoder norms into an inference SAE.
import type { SafetensorsFile } from '@mistudio/formats'
import { MemoryTensors } from '@mistudio/formats'
import { foldDecoderNorms, parseSaeCfg } from '@mistudio/interp/saes'
import type { Check } from '../checks.js'
import type { Checks } from './compare.js'
import { floatTensors, namesUnder, openTensors } from './files.js'
import { OUTPUTS, outputsAgree } from './outputs.js'

const isOutput = (name: string): boolean => OUTPUTS.some((output) => output === name)

/** `fold_W_dec_norm` of the folder's weights against the tensors `folded.*`. */
export async function* foldedAgrees(
  checks: Checks,
  folder: string,
  cfg: unknown,
  io: SafetensorsFile,
): AsyncGenerator<Check> {
  const weights = await openTensors(folder, 'sae_weights.safetensors')
  const tensors = await floatTensors(weights)
  foldDecoderNorms(tensors, parseSaeCfg(cfg).d_sae)
  for (const name of namesUnder(io, 'folded.').filter((name) => !isOutput(name))) {
    yield checks.relative(`folded.${name}`, tensors[name] ?? [], await io.float32(`folded.${name}`), 1e-6)
  }
  const shapes = Object.fromEntries(
    Object.entries(tensors).map(([name, data]) => [name, { shape: weights.info(name).shape, data }]),
  )
  yield* outputsAgree(checks, cfg, new MemoryTensors(shapes), io, 'folded.')
}
