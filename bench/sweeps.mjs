// Sweeps through the API on the demo model: what several SAEs from one forward pass cost beside one alone, and whether the controller
// reaches wanted L0s.
//   node bench/sweeps.mjs [--what stream|target] [--steps 1000] [--batch 512] [--expansion 4] [--site blocks.2.hook_resid_post]
import { parseArgs } from 'node:util'
import { startStack } from '../e2e/lib/stack.mjs'
import { DEMO, ended, prepare } from '../e2e/lib/work.mjs'

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: 'target' },
    steps: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '512' },
    expansion: { type: 'string', default: '4' },
    site: { type: 'string', default: 'blocks.2.hook_resid_post' },
  },
})
const TARGETS = [8, 16, 32, 64, 128]
const steps = Number(values.steps)
const shared = {
  site: values.site,
  expansion: Number(values.expansion),
  steps,
  batchSize: Number(values.batch),
  warmupSteps: Math.floor(steps / 20),
  decaySteps: Math.floor(steps / 5),
  logEvery: 1,
  evalEvery: steps,
  evalTokens: 16_384,
  checkpointEvery: steps,
}

/** Starts a list of trainings and waits for their end. @param {any} stack @param {any} on @param {any[]} list */
const sweep = async (stack, on, list) => {
  const body = { modelId: on.modelId, tokenizationId: on.tokenizationId, params: shared, list }
  const made = await stack.client.createSweep({ body })
  for (const id of new Set(made.map((/** @type {any} */ one) => one.job?.id))) await ended(stack.client, id)
  return Promise.all(made.map((/** @type {any} */ one) => stack.client.getTraining({ params: { id: one.id } })))
}

/** Mean of L0 over the last steps, and the step from which its running mean stays within 5 % of the target. */
const follow = async (/** @type {any} */ stack, /** @type {any} */ { id, params }) => {
  const { series } = await stack.client.trainingMetrics({ params: { id } })
  const { steps: at, values: smooth } = series.l0_smooth
  const away = smooth.findLastIndex((/** @type {number} */ l0) => Math.abs(l0 / params.targetL0 - 1) > 0.05)
  const late = series.l0.values.slice(Math.floor(at.length / 2))
  const mean = late.reduce((/** @type {number} */ sum, /** @type {number} */ l0) => sum + l0, 0) / late.length
  return { within: away < 0 ? at[0] : (at[away + 1] ?? null), mean }
}

const targets = async (/** @type {any} */ stack, /** @type {any} */ on) => {
  for (const options of [
    { architecture: 'standard' },
    { architecture: 'jumprelu', sparsityLoss: 'step' },
    { architecture: 'jumprelu', sparsityLoss: 'tanh' },
  ]) {
    const trained = await sweep(
      stack,
      on,
      TARGETS.map((targetL0) => ({ ...options, targetL0 })),
    )
    for (const training of trained) {
      const { within, mean } = await follow(stack, training)
      const { fvu, l0 } = training.summary ?? {}
      const name = [options.architecture, 'sparsityLoss' in options ? options.sparsityLoss : ''].join(' ').trim()
      console.log(
        `${name} target ${training.params.targetL0}: within 5 % from step ${within} of ${steps}; mean of the second half ${mean.toFixed(2)}; held-out L0 ${l0?.toFixed(2)}, FVU ${fvu?.toFixed(4)}`,
      )
    }
  }
}

/**
 * Seconds of four SAEs on one stream against 4 × step + 1 × forward as one alone took them. Evaluations and checkpoints, which each SAE
 * has of its own, are left out of both.
 */
const stream = async (/** @type {any} */ stack, /** @type {any} */ on) => {
  const options = (/** @type {number} */ seed) => ({ architecture: 'topk', k: 32, seed, dataSeed: 0 })
  const [alone] = await sweep(stack, on, [options(0)])
  const four = await sweep(stack, on, [0, 1, 2, 3].map(options))
  const tokens = steps * Number(values.batch)
  const forward = (/** @type {any} */ { summary }) => tokens / summary.harvestTokensPerSecond
  const step = (/** @type {any} */ { summary }) => tokens / summary.stepTokensPerSecond
  const own = four.map(step)
  const spent = forward(four[0]) + own.reduce((sum, seconds) => sum + seconds, 0)
  const ratio = spent / (4 * step(alone) + forward(alone))
  const seconds = (/** @type {number} */ value) => `${value.toFixed(1)} s`
  console.log(
    `one: forward ${seconds(forward(alone))}, steps ${seconds(step(alone))}; ${seconds(alone.summary.seconds)} in all`,
  )
  console.log(
    `four: forward ${seconds(forward(four[0]))}, steps ${own.map(seconds).join(', ')}; ${seconds(four[0].summary.seconds)} in all`,
  )
  console.log(`four from one forward pass: ${ratio.toFixed(2)} × (4 × step + 1 × forward)`)
}

const stack = await startStack({ importRoots: [DEMO] })
try {
  const on = await prepare(stack.client)
  await (values.what === 'stream' ? stream : targets)(stack, on)
} finally {
  await stack.stop()
}
