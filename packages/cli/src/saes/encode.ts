// Encodes saved activations with an SAE folder of any layout that is read, and saves what comes out: for comparing with other software.
import { basename } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError, openSaeFolder, SafetensorsFile, writeSafetensors } from '@mistudio/formats'
import { denseCode, Sae, SaeError } from '@mistudio/interp/saes'
import { createOrtRuntime } from '@mistudio/onnx/ort'

export interface Encoded {
  readonly tokens: number
  readonly dSae: number
  /** Mean number of features ≠ 0 per token. */
  readonly l0: number
}

/**
 * Reads `x` [tokens, d_in] or [contexts, seq, d_in] from a safetensors file and writes `feature_acts` [tokens, d_sae] and `forward`
 * [tokens, d_out], its whole reconstruction.
 * @throws AppError `sae_invalid`, `sae_unsupported` or `file_invalid`.
 */
export async function encodeFile(folder: string, input: string, output: string): Promise<Encoded> {
  try {
    const { cfg, weights } = await openSaeFolder(folder)
    const sae = await Sae.load(cfg, weights, createOrtRuntime(), { threads: 2 })
    const file = await SafetensorsFile.open(input)
    const { shape } = file.info('x')
    const x = await file.float32('x')
    const tokens = x.length / sae.dIn
    // Heads of hook_z make one more dimension, which is no context.
    const contexts = shape.length > 2 && sae.cfg.reshape_activations === 'none'
    const seq = contexts ? shape[1]! : tokens
    const code = await sae.encode(x, tokens, { seq })
    const acts = denseCode(code, sae.dSae)
    await writeSafetensors(output, [
      { name: 'feature_acts', dtype: 'F32', shape: [tokens, sae.dSae], data: acts },
      { name: 'forward', dtype: 'F32', shape: [tokens, sae.dOut], data: sae.reconstruct(x, code) },
    ])
    const active = acts.reduce((count, value) => count + (value === 0 ? 0 : 1), 0)
    await sae.release()
    return { tokens, dSae: sae.dSae, l0: active / tokens }
  } catch (error) {
    if (error instanceof SaeError) throw new AppError(error.code, error.message, { ...error.details }, { cause: error })
    if (error instanceof FormatError)
      throw new AppError('file_invalid', error.message, { file: basename(error.file ?? folder) }, { cause: error })
    throw error
  }
}
