// A training from the model with and without its forward passes running while the SAE steps: seconds of the same steps on the same
// tokens, taking turns, and whether the weights end with the same bits.
//   node bench/overlap.mjs [--layer 6] [--expansion 8] [--k 32] [--batch 2048] [--steps 16] [--context 256] [--block 32] [--threads 2]
//     [--arch topk] [--rounds 2]
import { parseArgs } from 'node:util'
import { LanguageModel } from '../packages/interp/dist/models/index.js'
import { initialState, trainableSae } from '../packages/interp/dist/saes/index.js'
import { createOrtRuntime } from '../packages/onnx/dist/ort.js'
import { ShardedStep } from '../packages/sae-engine/dist/index.js'
import { ActivationBuffer } from '../worker/dist/trainings/stream/buffer.js'
import { GPT2_SMALL, randomTensors, randomTokens } from './lib/random-model.mjs'

const number = (/** @type {string} */ value) => ({ type: /** @type {const} */ ('string'), default: value })
const { values } = parseArgs({
  options: {
    layer: number('6'),
    expansion: number('8'),
    k: number('32'),
    batch: number('2048'),
    steps: number('16'),
    context: number('256'),
    block: number('32'),
    threads: number('2'),
    rounds: number('2'),
    arch: { type: 'string', default: 'topk' },
  },
})
const [batch, steps, context, block] = [values.batch, values.steps, values.context, values.block].map(Number)
const threads = Number(values.threads)
const site = `blocks.${values.layer}.hook_resid_post`
const dIn = GPT2_SMALL.spec.dModel
const fields = values.arch === 'topk' ? { k: Number(values.k) } : { l1_coefficient: 1 }
const sae = trainableSae({ architecture: values.arch, d_in: dIn, d_sae: dIn * Number(values.expansion), ...fields })
const trainer = {
  learningRate: {
    main: /** @type {const} */ ('constant'),
    lr: 3e-4,
    lrEnd: 3e-4,
    warmupSteps: 0,
    decaySteps: 0,
    totalSteps: steps,
    cycles: 1,
  },
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  clipGradNorm: 1,
  deadWindow: 1000,
}
const model = LanguageModel.load(GPT2_SMALL, randomTensors(GPT2_SMALL), createOrtRuntime({ threads }), { threads })
const contexts = Math.ceil((steps * batch) / context)
const tokens = randomTokens(contexts * context, GPT2_SMALL.spec.vocabSize)
const perPass = Math.max(1, Math.floor(2048 / context))

/** As the worker harvests: a few contexts per pass, a pause between passes. @param {Uint32Array} wanted */
async function harvest(wanted) {
  const out = new Float32Array(wanted.length * context * dIn)
  for (let first = 0; first < wanted.length; first += perPass) {
    const part = wanted.subarray(first, first + perPass)
    const ids = new Int32Array(part.length * context)
    part.forEach((one, i) => {
      ids.set(tokens.subarray(one * context, (one + 1) * context), i * context)
    })
    out.set(await model.capture({ tokens: ids, batch: part.length, seq: context }, site), first * context * dIn)
    await new Promise(setImmediate)
  }
  return new Map([[site, out]])
}

/** Seconds and final weights of one training. @param {boolean} overlap */
async function train(overlap) {
  const step = await ShardedStep.open({ sae, trainer, batchSize: batch, threads })
  try {
    await step.load(initialState(sae, 0))
    const buffer = new ActivationBuffer(
      {
        contexts,
        contextSize: context,
        widths: new Map([[site, dIn]]),
        blockContexts: block,
        seed: 0,
        excluded: () => false,
      },
      { tokens: (one) => tokens.subarray(one * context, (one + 1) * context), harvest },
    )
    const began = performance.now()
    for (let t = 0; t < steps; t++) {
      const x = (await buffer.next(batch)).get(site)
      if (overlap && (steps - t - 1) * batch > buffer.leftInBlock) buffer.harvestAhead()
      await step.step(/** @type {Float32Array} */ (x))
    }
    const seconds = (performance.now() - began) / 1000
    return { seconds, weights: (await step.read()).parameters['W_enc'] }
  } finally {
    await step.close()
  }
}

await harvest(Uint32Array.of(0))
for (let round = 0; round < Number(values.rounds); round++) {
  const apart = await train(false)
  const together = await train(true)
  const same = Buffer.compare(bytesOf(apart.weights), bytesOf(together.weights)) === 0
  console.log(
    `${steps * batch} tokens: one after the other ${apart.seconds.toFixed(2)} s, overlapped ${together.seconds.toFixed(2)} s ` +
      `(${(apart.seconds / together.seconds).toFixed(3)} ×); weights ${same ? 'the same bits' : 'DIFFERENT'}`,
  )
}
await model.release()

/** @param {Float32Array | undefined} values */
function bytesOf(values) {
  return values ? Buffer.from(values.buffer, values.byteOffset, values.byteLength) : Buffer.alloc(0)
}
