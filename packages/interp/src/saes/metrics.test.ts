// Metrics and evaluation against `sae_lens.evals`, schedules against `get_lr_scheduler`.

import { float32 } from '@mistudio/onnx'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type EvaluationBatch, evaluateSae } from './evaluation.js'
import { ceRecovered, klGraph, klRecovered, ReconstructionMetrics } from './metrics.js'
import { learningRate } from './schedules.js'
import { fixtureJson, fixtureTensors } from './testing.js'

const Figures = z.looseObject({
  downstream: z.record(z.string(), z.number()),
  quality: z.record(z.string(), z.number()),
  fvu: z.number(),
})
const Golden = z.looseObject({ ignore_tokens: z.array(z.int()), all_tokens: Figures, ignoring: Figures })

/** Every activation of dense rows as values and indices. */
function code(acts: Float32Array, dSae: number) {
  return { values: acts, indices: Int32Array.from(acts, (_, i) => i % dSae), k: dSae }
}

async function load() {
  const golden = Golden.parse(await fixtureJson('metrics/golden.json'))
  const file = await fixtureTensors('metrics/golden.safetensors')
  const [batches, prompts, seq] = file.info('tokens').shape as [number, number, number]
  const tokens = Int32Array.from(await file.float32('tokens'))
  const [x, out, acts] = await Promise.all(['x', 'sae_out', 'feature_acts'].map((name) => file.float32(name)))
  return { golden, file, batches, prompts, seq, tokens, x: x!, out: out!, acts: acts! }
}

describe.each(['all_tokens', 'ignoring'] as const)('metrics over %s', (set) => {
  it('agree with sae_lens.evals', async () => {
    const { golden, file, batches, prompts, seq, tokens, x, out, acts } = await load()
    const wanted = golden[set]
    const ignored = new Set(set === 'ignoring' ? golden.ignore_tokens : [])
    const perBatch = prompts * seq
    const dIn = x.length / (batches * perBatch)
    const dSae = acts.length / (batches * perBatch)
    const logits = async (run: string) => file.float32(`${set}.logits.${run}`)
    const runs = { original: await logits('original'), sae: await logits('sae'), ablation: await logits('ablation') }
    const vocab = runs.original.length / (batches * perBatch)
    const kl = await createOrtRuntime({ threads: 1 }).createSession(klGraph(vocab))
    const list: (EvaluationBatch & { n: number })[] = Array.from({ length: batches }, (_, n) => ({
      n,
      batch: prompts,
      seq,
      tokens: tokens.subarray(n * perBatch, (n + 1) * perBatch),
    }))
    const part = (values: Float32Array, n: number, width: number) =>
      values.slice(n * perBatch * width, (n + 1) * perBatch * width)
    let current = 0
    const divergence = async (n: number, run: Float32Array) => {
      const dims = [perBatch, vocab]
      const result = await kl.run({
        p: float32(part(runs.original, n, vocab), dims),
        q: float32(part(run, n, vocab), dims),
      })
      return result['kl']!.data as Float32Array
    }
    const { figures } = await evaluateSae(
      {
        batches: list,
        klBatches: batches,
        units: list.map(({ n, tokens }) => new Int32Array(tokens.length).fill(n)),
        counted: (token) => !ignored.has(token),
      },
      {
        activations: async (batch) => {
          current = list.findIndex(({ tokens: own }) => own === batch.tokens)
          const activations = part(x, current, dIn)
          return { x: activations, target: activations }
        },
        losses: async (_, replacement) => {
          const run = !replacement ? runs.original : replacement.every((v) => v === 0) ? runs.ablation : runs.sae
          return nextTokenLosses(part(run, current, vocab), list[current]!, vocab)
        },
        divergence: () => divergence(current, runs.sae),
      },
      {
        dOut: dIn,
        dSae,
        encode: async () => code(part(acts, current, dSae), dSae),
        reconstruct: () => part(out, current, dIn),
      },
    )
    const { quality, downstream } = wanted
    expect(figures.mse / quality['mse']!).toBeCloseTo(1, 5)
    expect(figures.explainedVariance).toBeCloseTo(quality['explained_variance']!, 5)
    expect(figures.explainedVarianceLegacy).toBeCloseTo(quality['explained_variance_legacy']!, 5)
    expect(figures.fvu).toBeCloseTo(wanted.fvu, 5)
    expect(figures.l0).toBe(quality['l0'])
    expect(figures.l1).toBeCloseTo(quality['l1']!, 3)
    expect(figures.cosine).toBeCloseTo(quality['cossim']!, 5)
    expect(figures.normRatio).toBeCloseTo(quality['l2_ratio']!, 5)
    expect(figures.reconstructionBias).toBeCloseTo(quality['relative_reconstruction_bias']!, 5)
    expect(figures.estimates.ceClean.value).toBeCloseTo(downstream['ce_loss_without_sae']!, 4)
    expect(figures.estimates.ceSae.value).toBeCloseTo(downstream['ce_loss_with_sae']!, 4)
    expect(figures.estimates.ceZero.value).toBeCloseTo(downstream['ce_loss_with_ablation']!, 4)
    const { ceClean, ceSae, ceZero } = figures.estimates
    expect(ceRecovered(ceClean.value, ceSae.value, ceZero.value)).toBeCloseTo(downstream['ce_loss_score']!, 4)
    expect(figures.estimates.kl.value).toBeCloseTo(downstream['kl_div_with_sae']!, 5)
    const ablated = await Promise.all(list.map(({ n }) => divergence(n, runs.ablation)))
    const kept = ablated.flatMap((values, n) => [...values].filter((_, row) => !ignored.has(list[n]!.tokens[row]!)))
    const klAblation = kept.reduce((sum, value) => sum + value, 0) / kept.length
    expect(klAblation).toBeCloseTo(downstream['kl_div_with_ablation']!, 4)
    expect(klRecovered(figures.estimates.kl.value, klAblation)).toBeCloseTo(downstream['kl_div_score']!, 4)
    await kl.release()
  })
})

/** Losses [batch, seq - 1] by definition. */
function nextTokenLosses(logits: Float32Array, { tokens, batch, seq }: EvaluationBatch, vocab: number): Float32Array {
  const out: number[] = []
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t + 1 < seq; t++) {
      const row = logits.subarray((b * seq + t) * vocab, (b * seq + t + 1) * vocab)
      const most = Math.max(...row)
      const total = row.reduce((sum, value) => sum + Math.exp(value - most), 0)
      out.push(Math.log(total) + most - row[tokens[b * seq + t + 1]!]!)
    }
  }
  return Float32Array.from(out)
}

describe('reconstruction metrics', () => {
  it('count features that never fire and have no variance figure without variance', () => {
    const metrics = new ReconstructionMetrics(2, 4)
    const x = Float32Array.from([1, 2, 1, 2])
    metrics.add(x, x, { values: Float32Array.from([1, 0, 2, 0]), indices: Int32Array.from([0, 1, 2, 1]), k: 2 })
    expect(metrics.result()).toMatchObject({ tokens: 2, l0: 1, deadShare: 0.5, explainedVariance: Number.NaN })
    expect(metrics.result()).toMatchObject({ l0Quantiles: { p5: 1, p50: 1, max: 1 }, reconstructionBias: 1 })
    expect(metrics.result()).toMatchObject({ denseShare: 0.5, density: Float64Array.of(0.5, 0, 0.5, 0) })
  })
})

it('quantiles of L0 are those of the sorted tokens', () => {
  const l0s = Array.from({ length: 100 }, (_, t) => (t * 37) % 100).map((n) => Math.floor(n / 10))
  const metrics = new ReconstructionMetrics(1, 10)
  for (const l0 of l0s) {
    const values = Float32Array.from({ length: 10 }, (_, j) => (j < l0 ? 1 : 0))
    const x = Float32Array.of(1)
    metrics.add(x, x, { values, indices: Int32Array.from({ length: 10 }, (_, j) => j), k: 10 })
  }
  const sorted = [...l0s].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * 100) - 1]
  const wanted = { p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95), max: 9 }
  expect(metrics.result().l0Quantiles).toEqual(wanted)
})

const Schedule = z.object({
  scheduler_name: z.string(),
  lr: z.number(),
  warm_up_steps: z.int(),
  decay_steps: z.int(),
  training_steps: z.int(),
  lr_end: z.number(),
  num_cycles: z.int(),
  lr_per_step: z.array(z.number()),
})

it('learning rates follow SAELens at every step of every schedule', async () => {
  const { lr } = z.looseObject({ lr: z.array(Schedule) }).parse(await fixtureJson('schedules.json'))
  const names = {
    constant: 'constant',
    cosineannealing: 'cosine',
    cosineannealingwarmrestarts: 'cosine_restarts',
  } as const
  expect(lr.length).toBeGreaterThan(5)
  for (const golden of lr) {
    const main = names[golden.scheduler_name as keyof typeof names]
    golden.lr_per_step.forEach((wanted, t) => {
      const schedule = {
        main,
        lr: golden.lr,
        lrEnd: golden.lr_end,
        warmupSteps: golden.warm_up_steps,
        decaySteps: golden.decay_steps,
        totalSteps: golden.training_steps,
        cycles: golden.num_cycles,
      }
      expect(learningRate(schedule, t), `${golden.scheduler_name} step ${t}`).toBeCloseTo(wanted, 10)
    })
  }
})
