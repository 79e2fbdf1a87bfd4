// Tokens per second of harvesting a residual-stream site, beside the limit that the model's matrix products set (the same shapes as bare
// products) and a peer command that prints one JSON line with `tokens_per_s`. All take turns: a round is a run of passes, a run of
// products and the peer, once each; ratios are of medians of the same round, and of them the median counts.
//   node bench/harvest.mjs [--model DIR] [--layer 6] [--batch 8] [--context 256] [--rounds 5] [--reps 5] [--seconds 1] [--threads 2]
//        [--precision float32] [--provider cpu] [--peer "python harvest_hf.py"]
// A run is at least `reps` passes and `seconds` long. Without --model: GPT-2 small's shape, random weights. Built packages are needed.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openTensorSource } from '../packages/formats/dist/index.js'
import { LanguageModel, PRECISIONS, planModel } from '../packages/interp/dist/models/index.js'
import { createOrtRuntime, parseProvider } from '../packages/onnx/dist/ort.js'
import { askPeer } from './lib/peer.mjs'
import { bareProducts } from './lib/products.mjs'
import { GPT2_SMALL, median, randomTensors, randomTokens, timed } from './lib/random-model.mjs'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    layer: { type: 'string', default: '6' },
    batch: { type: 'string', default: '8' },
    context: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '5' },
    reps: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    provider: { type: 'string', default: 'cpu' },
    precision: { type: 'string', default: 'float32' },
    peer: { type: 'string' },
  },
})
const number = (/** @type {Exclude<keyof typeof values, 'model' | 'precision' | 'provider' | 'peer'>} */ name) =>
  Number(values[name])
const [layer, batch, seq, threads] = [number('layer'), number('batch'), number('context'), number('threads')]
const precision = PRECISIONS.find((known) => known === values.precision)
if (!precision) throw new Error(`--precision is one of ${PRECISIONS.join(', ')}.`)
const site = `blocks.${layer}.hook_resid_post`
const runtime = createOrtRuntime({ threads, provider: parseProvider(values.provider) })

const plan = values.model
  ? planModel(JSON.parse(await readFile(join(values.model, 'config.json'), 'utf8')))
  : GPT2_SMALL
const source = values.model ? await openTensorSource(values.model) : randomTensors(plan)
const model = LanguageModel.load(plan, source, runtime, { threads, precision })
const tokens = randomTokens(batch * seq, plan.spec.vocabSize)
const products = await bareProducts(runtime, plan, { layer, rows: batch * seq, threads })

/** Tokens per second of each pass of a run, the first left out. @param {() => Promise<unknown>} pass */
async function rates(pass) {
  await pass()
  const found = []
  const end = performance.now() + number('seconds') * 1000
  while (found.length < number('reps') || performance.now() < end) {
    found.push((batch * seq * 1000) / (await timed(pass)))
  }
  return found
}

/** @type {{ harvest: number[], limit: number[], peer: Record<string, any> | null }[]} */
const rounds = []
for (let round = 0; round < number('rounds'); round++) {
  const harvest = await rates(() => model.capture({ tokens, batch, seq }, site))
  const limit = await rates(products.run)
  const peer = values.peer ? await askPeer(values.peer) : null
  rounds.push({ harvest, limit, peer })
  console.log(
    `  round ${round + 1}: ${Math.round(median(harvest))} tokens/s (${harvest.length} passes), products ${Math.round(median(limit))}${peer ? `, ${peer.peer ?? 'peer'} ${peer.tokens_per_s}` : ''}`,
  )
}

const all = (/** @type {'harvest' | 'limit'} */ name) => rounds.flatMap((round) => round[name])
const figures = (/** @type {number[]} */ found) =>
  `median ${Math.round(median(found))} tokens/s (best ${Math.round(Math.max(...found))})`
const shares = rounds.map(({ harvest, limit }) => median(harvest) / median(limit))
console.log(`${site}, batch ${batch} × ${seq}, ${values.precision}, ${threads} threads: ${figures(all('harvest'))}`)
console.log(
  `products alone: ${figures(all('limit'))}; harvest reaches ${(100 * median(shares)).toFixed(1)} % of it (best runs ${((100 * Math.max(...all('harvest'))) / Math.max(...all('limit'))).toFixed(1)} %)`,
)
const ratios = rounds.flatMap(({ harvest, peer }) => (peer ? [median(harvest) / peer.tokens_per_s] : []))
if (ratios.length > 0) {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2))
  console.log(`beside the peer ${median(ratios).toFixed(2)}× (${least} to ${most} over ${ratios.length} rounds)`)
}
await products.release()
await model.release()
