// Trains a small SAE of every architecture on random activations, writes each as a SAELens folder, and its activations by
// `mistudio saes encode`; then has SAELens open and compare them: node bench/export-saes.mjs --python "python3 with sae-lens"
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeSaeLensFolder, writeSafetensors } from '@mistudio/formats'
import {
  exportForInference,
  initialParameters,
  ReferenceTrainStep,
  TRAINING_ARCHITECTURES,
  trainableSae,
} from '@mistudio/interp/saes'

const ROOT = resolve(import.meta.dirname, '..')
const [D_IN, D_SAE, BATCH, STEPS, TOKENS] = [64, 256, 256, 60, 512]
const { values } = parseArgs({ options: { python: { type: 'string' } } })

/** Fields that an architecture needs beyond those that all have; small targets, so that every SAE is sparse. */
/** @type {Record<string, Record<string, unknown>>} */
const OWN = {
  standard: { l1_coefficient: 0.6, l1_warm_up_steps: 0, lp_norm: 1 },
  gated: { l1_coefficient: 0.6, l1_warm_up_steps: 0 },
  jumprelu: { l0_coefficient: 0.3, l0_warm_up_steps: 0, jumprelu_init_threshold: 0.1, jumprelu_bandwidth: 0.1 },
  topk: { k: 8 },
  abstopk: { k: 8 },
  batchtopk: { k: 8, topk_threshold_lr: 0.05 },
  matryoshka_batchtopk: { k: 8, topk_threshold_lr: 0.05, matryoshka_widths: [32, 96, D_SAE] },
  matching_pursuit: { residual_threshold: 0.1, max_iterations: 8 },
}
/** All of them, and variants that end in another file. Transcoders with another activation are unknown to SAELens, so none is here. */
/** @type {{ name: string, architecture: string, more?: { d_out?: number, [field: string]: unknown } }[]} */
const VARIANTS = [
  ...Object.keys(OWN).map((architecture) => ({ name: architecture, architecture })),
  { name: 'transcoder', architecture: 'standard', more: { d_out: 48, apply_b_dec_to_input: false } },
  {
    name: 'jumprelu skip transcoder',
    architecture: 'jumprelu',
    more: { skip_connection: true, apply_b_dec_to_input: false },
  },
  {
    name: 'topk layer_norm',
    architecture: 'topk',
    more: { normalize_activations: 'layer_norm', aux_loss_coefficient: 0 },
  },
]

/**
 * Sparse sums of random directions, the same for the same seed.
 * @param {number} rows @param {number} width @param {number} seed
 */
function activations(rows, width, seed) {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const directions = Array.from({ length: 4 * width }, () => Float32Array.from({ length: width }, () => random() - 0.5))
  const out = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++)
    for (let n = 0; n < 5; n++) {
      const direction = directions[Math.floor(random() * directions.length)]
      const size = 0.5 + random()
      for (let i = 0; i < width; i++) out[row * width + i] += size * direction[i]
    }
  return out
}

const architectures = TRAINING_ARCHITECTURES.map(({ name }) => name)
const missing = architectures.filter((name) => !(name in OWN))
if (missing.length) throw new Error(`No settings here for ${missing.join(', ')}.`)

const folder = mkdtempSync(join(tmpdir(), 'mistudio-exports-'))
try {
  for (const { name, architecture, more = {} } of VARIANTS) {
    const cfg = {
      architecture,
      d_in: D_IN,
      d_sae: D_SAE,
      apply_b_dec_to_input: true,
      normalize_activations: 'none',
      decoder_init_norm: 0.1,
      ...OWN[architecture],
      ...more,
    }
    const sae = trainableSae(cfg)
    /** @type {import('@mistudio/interp/saes').LearningRateSchedule} */
    const schedule = {
      main: 'constant',
      lr: 3e-3,
      lrEnd: 3e-4,
      warmupSteps: 0,
      decaySteps: 0,
      totalSteps: STEPS,
      cycles: 1,
    }
    /** @type {import('@mistudio/interp/saes').TrainerOptions} */
    const options = {
      learningRate: schedule,
      adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
      clipGradNorm: 1,
      deadWindow: 1000,
    }
    const step = new ReferenceTrainStep(sae, options, initialParameters(sae, 1))
    for (let t = 0; t < STEPS; t++) {
      const x = activations(BATCH, D_IN, 100 + t)
      await step.step(x, cfg.d_out ? activations(BATCH, cfg.d_out, 100 + t) : undefined, { coefficientFactor: 1 })
    }
    const { parameters, topkThreshold } = await step.read()
    const metadata = { hook_name: 'blocks.0.hook_resid_post', model_name: 'random', sae_lens_version: '6.0.0' }
    const exported = exportForInference({ ...sae.cfg, metadata }, parameters, topkThreshold)
    const target = join(folder, name.replaceAll(' ', '_'))
    /** @type {import('@mistudio/formats').TensorToWrite[]} */
    const tensors = Object.entries(exported.tensors).map(([tensor, value]) => ({
      name: tensor,
      dtype: 'F32',
      ...value,
    }))
    await writeSaeLensFolder(target, exported.cfg, tensors)
    const input = join(target, 'x.safetensors')
    await writeSafetensors(input, [
      { name: 'x', dtype: 'F32', shape: [TOKENS, D_IN], data: activations(TOKENS, D_IN, 7) },
    ])
    const main = join(ROOT, 'packages/cli/dist/main.js')
    const encode = [process.execPath, main, 'saes', 'encode', target, input, join(target, 'ours.safetensors')]
    process.stderr.write(`${name}: ${execFileSync(encode[0], encode.slice(1), { encoding: 'utf8' })}`)
  }
  if (values.python) {
    const [command, ...rest] = values.python.split(' ')
    const compared = spawnSync(command, [...rest, join(ROOT, 'bench/open_in_saelens.py'), folder], { stdio: 'inherit' })
    process.exitCode = compared.status ?? 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
