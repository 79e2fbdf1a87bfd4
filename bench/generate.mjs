// Tokens per second of greedy decoding with a cache, one row: every precision, unsteered and steered in turns, with the divergence from
// float32 that the precision costs, and a peer command that prints one JSON line with `plain_tokens_per_s`, in the same run.
//   node bench/generate.mjs [--model DIR] [--new 64] [--prompt 32] [--reps 5] [--threads 2]
//        [--provider cpu] [--peer "python generate_hf.py"]
// Without --model: GPT-2 small's shape, random weights. Built packages are needed (npm run build).
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openTensorSource } from '../packages/formats/dist/index.js'
import { generate } from '../packages/interp/dist/generation/index.js'
import { LanguageModel, planModel } from '../packages/interp/dist/models/index.js'
import { QualityMeter } from '../packages/interp/dist/quantisation/index.js'
import { createOrtRuntime, parseProvider } from '../packages/onnx/dist/ort.js'
import { askPeer } from './lib/peer.mjs'
import { GPT2_SMALL, median, randomTensors, randomTokens, randomValues, timed } from './lib/random-model.mjs'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    new: { type: 'string', default: '64' },
    prompt: { type: 'string', default: '32' },
    reps: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    provider: { type: 'string', default: 'cpu' },
    peer: { type: 'string' },
  },
})
const [added, prompt, reps, threads] = [values.new, values.prompt, values.reps, values.threads].map(Number)
const runtime = createOrtRuntime({ threads, provider: parseProvider(values.provider) })
const plan = values.model
  ? planModel(JSON.parse(await readFile(join(values.model, 'config.json'), 'utf8')))
  : GPT2_SMALL
const { vocabSize, layers, dModel } = plan.spec
const source = values.model ? await openTensorSource(values.model) : randomTensors(plan)
const start = randomTokens(prompt, vocabSize)
const site = `blocks.${Math.min(6, layers - 1)}.hook_resid_post`
const vector = randomValues(dModel, 5).map((value) => 4 * value)

/** @param {LanguageModel} model */
const run = (model, /** @type {boolean} */ steered) =>
  generate(model, {
    prompts: [start],
    ...(steered ? { interventions: () => [{ site, kind: /** @type {const} */ ('add'), value: vector }] } : {}),
    sampling: { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 },
    maxTokens: added,
    seed: 0,
    eosTokenIds: [],
  })

const precisions = /** @type {const} */ (['float32', 'int8', 'int4'])
const sides = precisions.map((precision) => ({
  precision,
  model: LanguageModel.load(plan, source, runtime, { threads, precision }),
  plain: /** @type {number[]} */ ([]),
  steered: /** @type {number[]} */ ([]),
}))
for (const { model } of sides) {
  await run(model, false)
  await run(model, true)
}
async function turns() {
  for (let rep = 0; rep < reps; rep++) {
    for (const { model, plain, steered } of sides) {
      plain.push(await timed(() => run(model, false)))
      steered.push(await timed(() => run(model, true)))
    }
  }
}
await turns()
let peer = null
if (values.peer) {
  peer = await askPeer(values.peer)
  await turns()
}

const judged = { tokens: randomTokens(128, vocabSize), batch: 1, seq: 128 }
const full = await sides[0].model.logits(judged)
const rate = (/** @type {number} */ ms) => (added * 1000) / ms
for (const { precision, model, plain, steered } of sides) {
  const meter = new QualityMeter()
  meter.add(full, await model.logits(judged), judged)
  const { meanKl, maxKl, perplexity, originalPerplexity, positions } = meter.result()
  const [best, bestSteered] = [rate(Math.min(...plain)), rate(Math.min(...steered))]
  const [middle, middleSteered] = [rate(median(plain)), rate(median(steered))]
  console.log(
    `${precision}: median ${middle.toFixed(1)} tokens/s (best ${best.toFixed(1)}), steered ${middleSteered.toFixed(1)} (${((100 * middleSteered) / middle).toFixed(0)} %; best runs ${((100 * bestSteered) / best).toFixed(0)} %)` +
      `${peer ? `, ${(middle / peer.plain_tokens_per_s).toFixed(2)}× the peer (best ${(best / peer.plain_tokens_per_s).toFixed(2)}×)` : ''}; ` +
      `KL ${meanKl.toExponential(1)} (largest ${maxKl.toExponential(1)}), perplexity ${perplexity.toFixed(2)} against ${originalPerplexity.toFixed(2)} over ${positions} random tokens`,
  )
  await model.release()
}
if (peer) console.log(`peer ${JSON.stringify(peer)}`)
