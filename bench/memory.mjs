// The estimate of a run's memory beside what the process really holds (VmRSS after the run, VmHWM at its peak), one process per case.
//   node bench/memory.mjs [--threads 2]
// Built packages are needed (npm run build).
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openTensorSource } from '../packages/formats/dist/index.js'
import { estimateRunMemory, LanguageModel, planModel } from '../packages/interp/dist/index.js'
import { createOrtRuntime } from '../packages/onnx/dist/ort.js'
import { GPT2_SMALL, randomTensors, randomTokens } from './lib/random-model.mjs'

const DEMO = fileURLToPath(new URL('../demo/tiny-stories-1m', import.meta.url))
const MIB = 2 ** 20

/** @typedef {{ demo: boolean, precision: 'float32' | 'int8' | 'int4', batch: number, context: number, logits: 'all' | 'last' | 'none' }} Case */

const processBytes = (/** @type {string} */ field) =>
  1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

async function measure(/** @type {Case} */ { demo, precision, batch, context, logits }) {
  const before = processBytes('VmRSS')
  const plan = demo ? planModel(JSON.parse(readFileSync(`${DEMO}/config.json`, 'utf8'))) : GPT2_SMALL
  const source = demo ? await openTensorSource(DEMO) : randomTensors(plan)
  const runtime = createOrtRuntime({ threads: 2 })
  const model = LanguageModel.load(plan, source, runtime, { threads: 2, precision })
  const input = { tokens: randomTokens(batch * context, plan.spec.vocabSize), batch, seq: context }
  const cache = logits === 'last'
  const estimate = estimateRunMemory(plan, { precision, batch, context, logits, cache })
  /** @type {unknown} */
  let kept
  for (let rep = 0; rep < 2; rep++) {
    kept = null
    if (logits === 'all') kept = await model.logits(input)
    else if (logits === 'last') kept = await model.extend(model.emptyCache(batch, { inPlace: true }), input)
    else kept = await model.capture(input, `blocks.${plan.spec.layers - 1}.hook_resid_post`)
  }
  return { before, estimate, rss: processBytes('VmRSS'), peak: processBytes('VmHWM'), kept: kept !== null }
}

if (process.argv[2]) {
  console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]))))
} else {
  /** @type {Case[]} */
  const cases = [{ demo: true, precision: 'float32', batch: 8, context: 256, logits: 'none' }]
  for (const precision of /** @type {const} */ (['float32', 'int8', 'int4'])) {
    cases.push({ demo: false, precision, batch: 4, context: 256, logits: 'none' })
    cases.push({ demo: false, precision, batch: 2, context: 128, logits: 'all' })
    cases.push({ demo: false, precision, batch: 1, context: 512, logits: 'last' })
  }
  for (const one of cases) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      fileURLToPath(import.meta.url),
      JSON.stringify(one),
    ])
    const { before, estimate, rss, peak } = JSON.parse(stdout)
    const mib = (/** @type {number} */ bytes) => Math.round(bytes / MIB)
    console.log(
      `${one.demo ? 'demo' : 'GPT-2 small'} ${one.precision} ${one.batch} × ${one.context}, logits ${one.logits}: estimate ${mib(estimate.total)} MiB, after the run ${mib(rss)} (${((100 * (estimate.total - rss)) / rss).toFixed(0)} %), peak ${mib(peak)} (${((100 * (estimate.total - peak)) / peak).toFixed(0)} %); before ${mib(before)}`,
    )
  }
}
