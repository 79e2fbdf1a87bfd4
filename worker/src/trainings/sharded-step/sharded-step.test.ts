// The sharded step against the plain reference of every architecture, over ten steps, on one to three shards, on lists of entries and on
// dense products. The threads run the compiled build of this package.
import {
  initialParameters,
  type TrainerOptions,
  type TrainStepState,
  trainableSae,
  trainerState,
  trainStep,
} from '@mistudio/interp'
import { afterEach, describe, expect, it } from 'vitest'
import { distance, largest, relativeDistance } from '../testing.js'
import type { Way } from './layout.js'
import { ShardedStep } from './sharded-step.js'

// Few features and many tokens: every feature repeats many times. Odd sizes: padding, unequal shards.
const [D_IN, D_SAE, BATCH] = [21, 53, 131]
const STEPS = 10

const trainer: TrainerOptions = {
  learningRate: {
    main: 'constant',
    lr: 3e-3,
    lrEnd: 1e-4,
    cycles: 1,
    warmupSteps: 3,
    decaySteps: 2,
    totalSteps: STEPS,
  },
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  clipGradNorm: 1,
  deadWindow: 3,
}

const K = { k: 7, aux_loss_coefficient: 0.7 }
const CASES: readonly (readonly [string, Record<string, unknown>])[] = [
  ['topk', { architecture: 'topk', ...K }],
  [
    'topk without rescaling and b_dec',
    { architecture: 'topk', ...K, rescale_acts_by_decoder_norm: false, apply_b_dec_to_input: false },
  ],
  [
    'topk without auxiliary loss',
    { architecture: 'topk', k: 7, aux_loss_coefficient: 0, normalize_activations: 'layer_norm' },
  ],
  ['topk transcoder', { architecture: 'topk', ...K, d_out: 18, apply_b_dec_to_input: false }],
  ['topk crosscoder', { architecture: 'topk', ...K, site_widths: [8, 13] }],
  ['abstopk', { architecture: 'abstopk', ...K }],
  ['batchtopk', { architecture: 'batchtopk', ...K, k: 5.3, topk_threshold_lr: 0.3 }],
  ['matryoshka', { architecture: 'matryoshka_batchtopk', ...K, matryoshka_widths: [9, 30] }],
  [
    'matryoshka with one auxiliary loss per prefix',
    { architecture: 'matryoshka_batchtopk', ...K, matryoshka_widths: [9, 30], use_matryoshka_aux_loss: true },
  ],
  ['standard', { architecture: 'standard', l1_coefficient: 0.2, l1_warm_up_steps: 4 }],
  ['standard with p = 0.7', { architecture: 'standard', l1_coefficient: 0.2, lp_norm: 0.7 }],
  ['standard crosscoder', { architecture: 'standard', l1_coefficient: 0.2, site_widths: [8, 13] }],
  ['standard transcoder', { architecture: 'standard', l1_coefficient: 0.2, d_out: 35, apply_b_dec_to_input: false }],
  [
    'standard under constant_norm_rescale',
    { architecture: 'standard', l1_coefficient: 0.2, normalize_activations: 'constant_norm_rescale' },
  ],
  ['standard with ghost gradients', { architecture: 'standard', l1_coefficient: 0.2, ghost_grads: true }],
  [
    'standard transcoder with ghost gradients',
    { architecture: 'standard', l1_coefficient: 0.2, ghost_grads: true, d_out: 35, apply_b_dec_to_input: false },
  ],
  [
    'jumprelu with ghost gradients',
    { architecture: 'jumprelu', l0_coefficient: 0.05, jumprelu_bandwidth: 0.4, ghost_grads: true },
  ],
  ['gated', { architecture: 'gated', l1_coefficient: 0.2, l1_warm_up_steps: 4 }],
  ['jumprelu step', { architecture: 'jumprelu', l0_coefficient: 0.05, jumprelu_bandwidth: 0.4 }],
  [
    'jumprelu tanh with pre-activation loss',
    {
      architecture: 'jumprelu',
      l0_coefficient: 0.05,
      jumprelu_sparsity_loss_mode: 'tanh',
      jumprelu_bandwidth: 0.4,
      pre_act_loss_coefficient: 0.1,
      l0_warm_up_steps: 5,
    },
  ],
  [
    'jumprelu quadratic with estimators of the input',
    {
      architecture: 'jumprelu',
      l0_coefficient: 0.05,
      jumprelu_sparsity_loss_mode: 'quadratic',
      target_l0: 6,
      jumprelu_ste_to_input: true,
      jumprelu_bandwidth: 0.4,
      normalize_activations: 'layer_norm',
    },
  ],
]
const POINTWISE = new Set(['standard', 'gated', 'jumprelu'])

const generator = (start: number) => {
  let seed = start
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed / 2 ** 32 - 0.5
  }
}
const floats = (count: number, scale: number, seed: number): Float32Array => {
  const random = generator(seed)
  return Float32Array.from({ length: count }, () => random() * scale)
}

/** Weights of ordinary size with biases, moments, and every fourth feature dead. */
function startOf(fields: Record<string, unknown>) {
  const sae = trainableSae({ d_in: D_IN, d_sae: D_SAE, ...fields })
  const parameters = initialParameters(sae, 5)
  Object.entries(parameters).forEach(([name, array], n) => {
    const noise = floats(array.length, name.startsWith('W') ? 0.3 : 0.2, 77 + n)
    array.set(array.map((value, i) => (name === 'threshold' ? Math.abs(noise[i]!) - 0.01 : value + noise[i]!)))
  })
  const state = trainerState(sae, parameters)
  state.sinceFired.set(state.sinceFired.map((_, j) => (j % 4 === 0 ? 9 : 0)))
  const width = sae.cfg.d_out ?? D_IN
  const x = (n: number, rows: number) => floats(rows * D_IN, 3, 1000 + n)
  const target = (n: number, rows: number) => (sae.cfg.d_out ? floats(rows * width, 3, 2000 + n) : undefined)
  return { sae, state, x, target }
}

const copyOf = (state: ReturnType<typeof startOf>['state']): TrainStepState => structuredClone(state) as TrainStepState

const open: ShardedStep[] = []
async function start(
  fields: Record<string, unknown>,
  threads: number,
  way?: Way,
  options: Partial<TrainerOptions> = {},
): Promise<ShardedStep> {
  const { sae } = startOf(fields)
  const step = await ShardedStep.open({
    sae,
    trainer: { ...trainer, ...options },
    batchSize: BATCH,
    threads,
    ...(way ? { way } : {}),
  })
  open.push(step)
  return step
}
afterEach(async () => {
  for (const step of open.splice(0)) await step.close()
})

const runs = CASES.flatMap(([name, fields]) =>
  (POINTWISE.has(String(fields['architecture'])) ? (['sparse', 'dense'] as const) : [undefined]).flatMap((way) =>
    [1, 2, 3].map((threads) => ({ name, fields, way, threads, options: {} })),
  ),
)
const CONSTRAINED = ['topk', 'topk transcoder', 'standard', 'gated']
const constrained = runs
  .filter(({ name, threads }) => CONSTRAINED.includes(name) && threads < 3)
  .flatMap((run) =>
    (['unit', 'at_most_one'] as const).map((decoderNorm) => {
      return { ...run, name: `${run.name} with decoder norms ${decoderNorm}`, options: { decoderNorm } }
    }),
  )

describe.each([...runs, ...constrained])('$name on $threads shard(s) $way', ({ fields, way, threads, options }) => {
  it('gives the losses, gradients and parameters of the reference over ten steps', async () => {
    const { sae, state, x, target } = startOf(fields)
    const step = await start(fields, threads, way, options)
    await step.load(copyOf(state))
    for (let n = 0; n < STEPS; n++) {
      const rows = n % 3 === 1 ? 97 : BATCH
      let wanted: Record<string, Float64Array> = {}
      const [input, output] = [x(n, rows), target(n, rows)]
      const theirs = trainStep(sae, { ...trainer, ...options }, state, input, output ?? input, (_, gradients) => {
        wanted = structuredClone(gradients) as Record<string, Float64Array>
      })
      const ours = await step.step(input, output)
      if (way) expect(step.way).toBe(way)
      expect(ours.dead).toBe(theirs.dead)
      expect(ours.l0).toBe(theirs.l0)
      expect(Object.keys(ours.losses).sort()).toEqual(Object.keys(theirs.losses).sort())
      for (const [name, loss] of Object.entries(theirs.losses)) {
        expect(Math.abs(ours.losses[name]! - loss), `${name} at step ${n}`).toBeLessThan(
          2e-5 * Math.max(theirs.loss * 0.01, loss),
        )
      }
      expect(relativeDistance(ours.gradNorm, theirs.gradNorm), `norm at step ${n}`).toBeLessThan(1e-4)
      expect(ours.explainedVariance).toBeCloseTo(theirs.explainedVariance, 4)
      expect(ours.explainedVarianceLegacy).toBeCloseTo(theirs.explainedVarianceLegacy, 4)
      expect(ours.learningRate).toBe(theirs.learningRate)
      expect(ours.coefficients).toEqual(theirs.coefficients)
      const found = await step.gradients()
      for (const [name, gradient] of Object.entries(wanted)) {
        expect(distance(found[name]!, gradient), `gradient of ${name} at step ${n}`).toBeLessThan(
          (n === 0 ? 5e-5 : 1e-3) * largest(gradient),
        )
      }
    }
    const end = await step.read()
    for (const [name, array] of Object.entries(state.parameters)) {
      expect(distance(end.parameters[name]!, array), name).toBeLessThan(1e-4)
    }
    expect([...end.sinceFired]).toEqual([...state.sinceFired])
    expect([...end.firedTokens]).toEqual([...state.firedTokens])
    expect(relativeDistance(end.topkThreshold + 1, state.topkThreshold + 1)).toBeLessThan(1e-5)
  })
})

describe('a sharded step', () => {
  it.each(CASES)('of %s goes on from its state with the same bits', async (_, fields) => {
    const { state, x, target } = startOf(fields)
    const [first, second] = [await start(fields, 2), await start(fields, 2)]
    await first.load(copyOf(state))
    for (let n = 0; n < 4; n++) await first.step(x(n, BATCH), target(n, BATCH))
    await second.load(await first.read())
    for (let n = 4; n < 7; n++) {
      expect(await second.step(x(n, 60), target(n, 60))).toEqual(await first.step(x(n, 60), target(n, 60)))
    }
    expect(await second.read()).toEqual(await first.read())
  })

  it.each([1, 2, 3])('keeps the first of equal activations of a batch on %i shard(s)', async (threads) => {
    const fields = { architecture: 'batchtopk', k: 2.5, aux_loss_coefficient: 0, rescale_acts_by_decoder_norm: false }
    const { sae, state } = startOf(fields)
    // Activations of few distinct values: every edge is a tie.
    const round = (array: Float32Array | Float64Array, to: number) =>
      array.set(array.map((value) => Math.round(value / to) * to))
    for (const name of ['W_enc', 'b_enc', 'b_dec']) round(state.parameters[name]!, 0.25)
    const x = floats(BATCH * D_IN, 3, 5)
    round(x, 1)
    const step = await start(fields, threads)
    await step.load(copyOf(state))
    let wanted: Record<string, Float64Array> = {}
    const theirs = trainStep(sae, trainer, state, x, x, (_, gradients) => {
      wanted = structuredClone(gradients) as Record<string, Float64Array>
    })
    const ours = await step.step(x)
    expect(ours.l0).toBe(theirs.l0)
    expect([...(await step.read()).firedTokens]).toEqual([...state.firedTokens])
    const found = await step.gradients()
    for (const [name, gradient] of Object.entries(wanted)) {
      expect(distance(found[name]!, gradient), name).toBeLessThan(5e-5 * largest(gradient))
    }
  })

  it.each([
    ['topk', { architecture: 'topk', k: 4 }, undefined],
    ['batchtopk', { architecture: 'batchtopk', k: 4 }, undefined],
    ['standard in lists', { architecture: 'standard', l1_coefficient: 0.1 }, 'sparse'],
    ['standard in products', { architecture: 'standard', l1_coefficient: 0.1 }, 'dense'],
  ] as const)('adds up the gradients of all tokens that share their features, %s', async (_, fields, way) => {
    const { sae, state } = startOf(fields)
    const rows = floats(3 * D_IN, 3, 31)
    const noise = floats(BATCH * D_IN, 1e-3, 32)
    const x = noise.map((value, at) => value + rows[at % rows.length]!)
    const step = await start(fields, 2, way)
    await step.load(copyOf(state))
    let wanted: Record<string, Float64Array> = {}
    trainStep(sae, trainer, state, x, x, (_, gradients) => {
      wanted = structuredClone(gradients) as Record<string, Float64Array>
    })
    await step.step(x)
    const firings = (await step.read()).firedTokens.filter((count) => count > 0)
    expect(Math.min(...firings)).toBeGreaterThan(BATCH / 8)
    const found = await step.gradients()
    for (const [name, gradient] of Object.entries(wanted)) {
      expect(distance(found[name]!, gradient), name).toBeLessThan(5e-5 * largest(gradient))
    }
  })

  it('decides between lists and dense products by the batch alone', async () => {
    const fields = { architecture: 'standard', l1_coefficient: 0.1 }
    const { state, x } = startOf(fields)
    const step = await start(fields, 2)
    await step.load(copyOf(state))
    await step.step(x(0, BATCH))
    expect(step.way).toBe('dense')
    const quiet = copyOf(state)
    quiet.parameters['b_enc']!.fill(-9)
    await step.load(quiet)
    await step.step(x(0, BATCH))
    expect(step.way).toBe('sparse')
  })

  it('refuses a batch that does not fit and a foreign state, and goes on afterwards', async () => {
    const [, fields] = CASES[0]!
    const { state, x } = startOf(fields)
    const step = await start(fields, 2)
    await step.load(copyOf(state))
    const refused = { code: 'training_invalid' }
    await expect(step.step(new Float32Array(D_IN + 1))).rejects.toMatchObject(refused)
    await expect(step.step(new Float32Array((BATCH + 1) * D_IN))).rejects.toMatchObject(refused)
    await expect(step.step(x(0, BATCH), new Float32Array(3))).rejects.toMatchObject(refused)
    const foreign = startOf({ architecture: 'gated' }).state
    await expect(step.load(copyOf(foreign))).rejects.toMatchObject(refused)
    expect((await step.step(x(0, BATCH))).l0).toBeGreaterThan(0)
  })
})
