// Tokens per second of harvesting a residual-stream site, beside the limit that the model's matrix products set (the same shapes as bare
// products, in turns with the whole model) and a peer command that prints one JSON line with `tokens_per_s`, in the middle of the run.
//   node bench/harvest.mjs [--model DIR] [--layer 6] [--batch 8] [--context 256] [--reps 5] [--threads 2] [--precision float32]
//        [--peer "python harvest_hf.py"]
// Without --model: GPT-2 small's shape, random weights. Built packages are needed (npm run build).
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { openTensorSource } from '../packages/formats/dist/index.js'
import { LanguageModel, PRECISIONS, planModel } from '../packages/interp/dist/index.js'
import { float32, Graph } from '../packages/onnx/dist/index.js'
import { createOrtRuntime } from '../packages/onnx/dist/ort.js'
import { GPT2_SMALL, median, randomTensors, randomTokens, randomValues, timed } from './lib/random-model.mjs'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    layer: { type: 'string', default: '6' },
    batch: { type: 'string', default: '8' },
    context: { type: 'string', default: '256' },
    reps: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    precision: { type: 'string', default: 'float32' },
    peer: { type: 'string' },
  },
})
const [layer, batch, seq, reps, threads] = [
  values.layer,
  values.batch,
  values.context,
  values.reps,
  values.threads,
].map(Number)
const precision = PRECISIONS.find((known) => known === values.precision)
if (!precision) throw new Error(`--precision is one of ${PRECISIONS.join(', ')}.`)
const site = `blocks.${layer}.hook_resid_post`
const runtime = createOrtRuntime({ threads })

const plan = values.model
  ? planModel(JSON.parse(await readFile(join(values.model, 'config.json'), 'utf8')))
  : GPT2_SMALL
const source = values.model ? await openTensorSource(values.model) : randomTensors(plan)
const model = LanguageModel.load(plan, source, runtime, { threads, precision })
const tokens = randomTokens(batch * seq, plan.spec.vocabSize)
const harvest = () => model.capture({ tokens, batch, seq }, site)

/** One chain of bare products for every linear layer up to the site. */
async function productsSession() {
  const graph = new Graph('products')
  let seed = 1
  const product = (
    /** @type {import('../packages/onnx/dist/index.js').Value} */ x,
    /** @type {{ dIn: number, dOut: number }} */ { dIn, dOut },
  ) => graph.matmul(x, graph.initialiser(float32(randomValues(dIn * dOut, seed++), [dIn, dOut])))
  const x = graph.input('x', 'float32', ['tokens', plan.spec.dModel])
  const outputs = []
  for (const { attention, mlp } of plan.blocks.slice(0, layer + 1)) {
    const q = product(x, attention.q)
    for (const other of [attention.k, attention.v, ...(mlp.gate ? [mlp.gate] : [])]) outputs.push(product(x, other))
    outputs.push(product(q, attention.o), product(product(x, mlp.input), mlp.output))
  }
  // One number of each: nothing but the products takes time.
  for (const [at, value] of outputs.entries()) {
    graph.output(graph.slice(value, [0, 0], [1, 1], [0, 1]), 'float32', [1, 1], `y${at}`)
  }
  return runtime.createSession(graph.build(), { threads, optimise: false })
}

const bare = await productsSession()
const x = float32(randomValues(batch * seq * plan.spec.dModel, 0), [batch * seq, plan.spec.dModel])
const products = () => bare.run({ x })

/** @type {Record<'harvest' | 'products', number[]>} */
const times = { harvest: [], products: [] }
async function turns() {
  for (let rep = 0; rep < reps; rep++) {
    times.harvest.push(await timed(harvest))
    times.products.push(await timed(products))
  }
}

await harvest()
await products()
await turns()
let peer = null
if (values.peer) {
  const [command, ...args] = values.peer.split(' ')
  const { stdout } = await promisify(execFile)(String(command), args, { maxBuffer: 1 << 26 })
  peer = JSON.parse(String(stdout.trim().split('\n').at(-1)))
  await turns()
}
const rate = (/** @type {number} */ ms) => Math.round((batch * seq * 1000) / ms)
const best = { harvest: Math.min(...times.harvest), products: Math.min(...times.products) }
const middle = { harvest: median(times.harvest), products: median(times.products) }
console.log(
  `${site}, batch ${batch} × ${seq}, ${values.precision}, ${threads} threads: median ${rate(middle.harvest)} tokens/s (best ${rate(best.harvest)})`,
)
console.log(
  `products alone: median ${rate(middle.products)} tokens/s (best ${rate(best.products)}); harvest reaches ${((100 * middle.products) / middle.harvest).toFixed(1)} % of it (best runs ${((100 * best.products) / best.harvest).toFixed(1)} %)`,
)
if (peer) console.log(`peer ${JSON.stringify(peer)}: ${(rate(middle.harvest) / peer.tokens_per_s).toFixed(2)}×`)
await bare.release()
await model.release()
