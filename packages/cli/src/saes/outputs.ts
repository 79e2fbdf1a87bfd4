// Outputs of one SAE: the SAE that the product opens, and the plain reference behind it, against SAELens's numbers.
import type { SafetensorsFile, TensorSource } from '@mistudio/formats'
import { decodeReference, denseCode, encodeReference, forwardReference, readSae, Sae } from '@mistudio/interp/saes'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import type { Check } from '../checks.js'
import type { Checks } from './compare.js'

/** What a case may hold of a forward pass; every other tensor under a prefix is a parameter. */
export const OUTPUTS = ['hidden_pre', 'feature_acts', 'sae_out', 'forward', 'z_pred'] as const

/** Largest difference over the largest reference value, of whatever a forward pass gives. */
export const FORWARD = 2e-5

const runtime = createOrtRuntime({ threads: 1 })

/** Encodes and decodes x of `io` with an SAE, and compares with the tensors under `prefix`. */
export async function* outputsAgree(
  checks: Checks,
  cfg: unknown,
  weights: TensorSource,
  io: SafetensorsFile,
  prefix: string,
): AsyncGenerator<Check> {
  const x = await io.float32('x')
  const { cfg: parsed, model } = await readSae(cfg, weights)
  const tokens = x.length / parsed.d_in
  // [batch, seq, d_in] or [tokens, d_in]; heads of hook_z make one more dimension, which is no context.
  const { shape } = io.info('x')
  const seq = shape.length > 2 && parsed.reshape_activations === 'none' ? shape[1]! : tokens
  const wanted = async (name: string) => (io.has(`${prefix}${name}`) ? io.float32(`${prefix}${name}`) : null)
  const [pre, acts, out, forward, predicted] = await Promise.all(OUTPUTS.map(wanted))

  const plain = encodeReference(model, x, tokens, seq)
  if (pre) yield checks.relative(`${prefix}hidden_pre`, plain.hiddenPre, pre, FORWARD)
  if (predicted) yield checks.relative(`${prefix}z_pred`, plain.predicted ?? [], predicted, FORWARD)
  yield checks.relative(`${prefix}feature_acts`, plain.acts, acts!, FORWARD)
  yield checks.relative(`${prefix}sae_out`, decodeReference(model, plain.acts, plain.undo, tokens), out!, FORWARD)
  yield checks.relative(`${prefix}forward`, forwardReference(model, x, tokens, seq), forward ?? out!, FORWARD)

  const sae = await Sae.load(cfg, weights, runtime, { threads: 1 })
  try {
    const code = await sae.encode(x, tokens, { seq })
    yield checks.relative(`${prefix}feature_acts (sparse)`, denseCode(code, sae.dSae), acts!, FORWARD)
    yield checks.relative(`${prefix}sae_out (sparse)`, sae.decode(code), out!, FORWARD)
    yield checks.relative(`${prefix}forward (sparse)`, sae.reconstruct(x, code), forward ?? out!, FORWARD)
  } finally {
    await sae.release()
  }
}
