// How fast the feature list and the feature page answer with many features, on a real extraction.
//   node bench/features.mjs [--expansion 128] [--calls 100]
import { parseArgs } from 'node:util'
import { startStack } from '../e2e/lib/stack.mjs'
import { extract, prepare, train } from '../e2e/lib/work.mjs'

const { values } = parseArgs({
  options: { expansion: { type: 'string', default: '128' }, calls: { type: 'string', default: '100' } },
})
const CALLS = Number(values.calls)

/** Milliseconds of `CALLS` calls, sorted. @param {(call: number) => Promise<unknown>} ask */
const time = async (ask) => {
  const taken = []
  for (let call = 0; call < CALLS; call++) {
    const began = performance.now()
    await ask(call)
    taken.push(performance.now() - began)
  }
  return taken.sort((a, b) => a - b)
}
const at = (/** @type {number[]} */ sorted, /** @type {number} */ share) =>
  (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1)

const stack = await startStack()
try {
  const { client } = stack
  const on = await prepare(client)
  const params = {
    site: 'blocks.2.hook_resid_post',
    expansion: Number(values.expansion),
    k: 32,
    steps: 200,
    evalEvery: 200,
  }
  const { saeId } = await train(client, on, params)
  const extraction = await extract(client, String(saeId), on.tokenizationId, { tokens: 200_000 })
  console.log(
    `${extraction.summary?.features} features, ${extraction.summary?.aliveFeatures} alive, ${extraction.summary?.examples} examples`,
  )
  const id = extraction.id
  const { items } = await client.listFeatures({ params: { id }, query: { limit: 500 } })
  const indices = items.map(({ index }) => index)
  /** @type {[string, (call: number) => Promise<unknown>][]} */
  const questions = [
    ['feature page', (call) => client.getFeature({ params: { id, index: indices[call % indices.length] ?? 0 } })],
    ['list, default', (call) => client.listFeatures({ params: { id }, query: { offset: call * 100 } })],
    [
      'list, by density',
      (call) => client.listFeatures({ params: { id }, query: { sort: 'density', offset: call * 100 } }),
    ],
    ['list, by label', (call) => client.listFeatures({ params: { id }, query: { sort: 'label', offset: call * 100 } })],
    [
      'list, density filter',
      () => client.listFeatures({ params: { id }, query: { minDensity: 0.001, maxDensity: 0.01 } }),
    ],
    ['search, rare word', () => client.listFeatures({ params: { id }, query: { search: 'princess' } })],
    ['search, common word', () => client.listFeatures({ params: { id }, query: { search: 'the' } })],
  ]
  for (const [name, ask] of questions) {
    const sorted = await time(ask)
    console.log(`${name.padEnd(22)} p50 ${at(sorted, 0.5)} ms  p95 ${at(sorted, 0.95)} ms`)
  }
} finally {
  await stack.stop()
}
