// Checks of an inference case: the SAE that the product opens, and the plain reference behind it, against SAELens's outputs.
import { basename, join } from 'node:path'
import type { SafetensorsFile, TensorSource } from '@mistudio/formats'
import {
  decodeReference,
  denseCode,
  encodeReference,
  forwardReference,
  modernCfg,
  parseSaeCfg,
  Sae,
  saeArchitectureOf,
} from '@mistudio/interp'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { z } from 'zod'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { namesUnder, openTensors, readJson } from './files.js'
import { foldedAgrees } from './fold.js'

export const FORWARD = 2e-5

const GoldenSchema = z.looseObject({ read_as: z.looseObject({}).optional() })
const runtime = createOrtRuntime({ threads: 1 })

/** Checks of `inference/<case>`. */
export async function* verifyInference(folder: string): AsyncGenerator<Check> {
  const checks = new Checks(`inference/${basename(folder)}`)
  const cfg = await readJson(join(folder, 'cfg.json'), z.looseObject({}))
  const golden = await readJson(join(folder, 'golden.json'), GoldenSchema)
  const io = await openTensors(folder, 'io.safetensors')
  yield* outputsAgree(checks, cfg, await openTensors(folder, 'sae_weights.safetensors'), io, '')
  if (golden.read_as) yield* legacyAgrees(checks, cfg, golden.read_as)
  if (namesUnder(io, 'folded.').length > 0) yield* foldedAgrees(checks, folder, cfg, io)
}

/** Encodes and decodes x of `io` with an SAE, and compares with the tensors under `prefix`. */
export async function* outputsAgree(
  checks: Checks,
  cfg: unknown,
  weights: TensorSource,
  io: SafetensorsFile,
  prefix: string,
): AsyncGenerator<Check> {
  const x = await io.float32('x')
  const parsed = parseSaeCfg(cfg)
  const tokens = x.length / parsed.d_in
  // [batch, seq, d_in] or [tokens, d_in]; heads of hook_z make one more dimension, which is no context.
  const { shape } = io.info('x')
  const seq = shape.length > 2 && parsed.reshape_activations === 'none' ? shape[1]! : tokens
  const wanted = async (name: string) => (io.has(`${prefix}${name}`) ? io.float32(`${prefix}${name}`) : null)
  const [pre, acts, out, forward, predicted] = await Promise.all(
    ['hidden_pre', 'feature_acts', 'sae_out', 'forward', 'z_pred'].map(wanted),
  )

  const model = await saeArchitectureOf(parsed).load(parsed, weights)
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

/** Keys that the library's reader adds by itself: its own version, and a link to a site. */
const ADDED = ['sae_lens_version', 'neuronpedia_id']

function* legacyAgrees(checks: Checks, cfg: unknown, readAs: Record<string, unknown>): Generator<Check> {
  const ours = z.looseObject({ metadata: z.looseObject({}) }).parse(modernCfg(cfg))
  const { metadata, ...own } = readAs
  const wanted = Object.entries(z.looseObject({}).parse(metadata)).filter(([key]) => !ADDED.includes(key))
  for (const [key, value] of Object.entries(own)) yield checks.equal(`read as ${key}`, ours[key], value)
  for (const [key, value] of wanted) yield checks.equal(`read as metadata.${key}`, ours.metadata[key], value)
}
