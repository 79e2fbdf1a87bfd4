// Tokens per second of the TopK training step alone, on random data, for a list of shapes.
//   node bench/training.mjs [--threads 2] [--seconds 6] [--shapes 128x2048x32x1024,768x16384x32x4096]
// A shape is d_in x d_sae x k x batch. Built packages are needed (npm run build).
import { parseArgs } from 'node:util'
import { initialState, parseTopkTrainingConfig } from '../packages/interp/dist/index.js'
import { ShardedStep } from '../worker/dist/trainings/sharded-step/sharded-step.js'

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '6' },
    shapes: { type: 'string', default: '128x2048x32x1024,64x1024x16x1024,768x16384x32x4096' },
  },
})

for (const shape of values.shapes.split(',')) {
  const [dIn, dSae, k, batch] = shape.split('x').map(Number)
  const config = parseTopkTrainingConfig({
    dIn,
    dSae,
    k,
    auxCoefficient: 1,
    deadWindow: 1000,
    applyBDecToInput: true,
    rescaleByDecoderNorm: true,
    clipGradNorm: 1,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
  })
  const step = await ShardedStep.open({ config, batchSize: batch, threads: Number(values.threads) })
  const state = initialState(dIn, dSae, 0)
  await step.load(state)
  // A sparse mixture of fixed directions, so that the features have something to learn.
  const directions = Float32Array.from({ length: 512 * dIn }, () => Math.random() - 0.5)
  const batches = Array.from({ length: 4 }, () => {
    const x = new Float32Array(batch * dIn)
    for (let t = 0; t < batch; t++) {
      for (let j = 0; j < 8; j++) {
        const [from, strength] = [Math.floor(Math.random() * 512) * dIn, Math.random() * 2]
        for (let i = 0; i < dIn; i++) x[t * dIn + i] += strength * directions[from + i]
      }
    }
    return x
  })
  const times = []
  let last = await step.step(batches[0], { lr: 1e-3 })
  const end = performance.now() + Number(values.seconds) * 1000
  for (let n = 0; n < 5 || performance.now() < end; n++) {
    const began = performance.now()
    last = await step.step(batches[n % batches.length], { lr: 1e-3 })
    times.push(performance.now() - began)
  }
  await step.close()
  // The first steps grow memory arenas and compile.
  const settled = times.slice(Math.min(20, Math.floor(times.length / 3))).sort((a, b) => a - b)
  const median = settled[Math.floor(settled.length / 2)]
  const mean = settled.reduce((sum, ms) => sum + ms, 0) / settled.length
  /** @param {number} ms */
  const rate = (ms) => `${Math.round((batch / ms) * 1000).toLocaleString('en')} tokens/s`
  console.log(
    `${shape} threads ${values.threads}: median ${median.toFixed(2)} ms (${rate(median)}), mean ${mean.toFixed(2)} ms (${rate(mean)}), ${times.length} steps, explained variance ${last.explainedVariance.toFixed(3)}, dead ${last.dead}`,
  )
}
