// The estimate of a run's memory beside what the process really holds (VmRSS after the run, VmHWM at its peak), one process per case.
//   node bench/memory.mjs [--unseen]     --unseen: models that the estimate was made without
// Built packages are needed (npm run build).
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openTensorSource } from '../packages/formats/dist/index.js'
import { estimateRunMemory, LanguageModel, planModel } from '../packages/interp/dist/models/index.js'
import { createOrtRuntime } from '../packages/onnx/dist/ort.js'
import {
  GPT2_30M,
  GPT2_SMALL,
  LLAMA_60M,
  NEOX_160M,
  PYTHIA_31M,
  PYTHIA_70M,
  QWEN2_220M,
  randomTensors,
  randomTokens,
  SMOLLM_135M,
} from './lib/random-model.mjs'

const DEMO = fileURLToPath(new URL('../demo/tiny-stories-1m', import.meta.url))
const MIB = 2 ** 20

/** Constants and form of the estimate come from these and the demo model. */
const KNOWN = {
  'GPT-2 small': GPT2_SMALL,
  'llama 60 M': LLAMA_60M,
  'gpt_neox 160 M': NEOX_160M,
  'gpt2 30 M': GPT2_30M,
  'qwen2 220 M': QWEN2_220M,
}
const UNSEEN = { 'SmolLM-135M': SMOLLM_135M, 'Pythia-70M': PYTHIA_70M, 'Pythia-31M': PYTHIA_31M }
const SHAPES = { ...KNOWN, ...UNSEEN }

/** @typedef {{ model: 'demo' | keyof typeof SHAPES, precision: 'float32' | 'int8' | 'int4', batch: number, context: number, logits: 'all' | 'last' | 'none' }} Case */

const processBytes = (/** @type {string} */ field) =>
  1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1])

async function measure(/** @type {Case} */ { model: name, precision, batch, context, logits }) {
  const before = processBytes('VmRSS')
  const demo = name === 'demo'
  const plan = demo ? planModel(JSON.parse(readFileSync(`${DEMO}/config.json`, 'utf8'))) : SHAPES[name]
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
  return {
    before,
    parameters: model.parameters,
    estimate,
    rss: processBytes('VmRSS'),
    peak: processBytes('VmHWM'),
    kept: kept !== null,
  }
}

/** @returns {Case[]} Runs of the models that the estimate was fitted to, or of the others. */
function casesOf(/** @type {boolean} */ unseen) {
  /** @type {Case[]} */
  const cases = unseen ? [] : [{ model: 'demo', precision: 'float32', batch: 8, context: 256, logits: 'none' }]
  const models = /** @type {(keyof typeof SHAPES)[]} */ (Object.keys(unseen ? UNSEEN : KNOWN))
  for (const model of models) {
    for (const precision of /** @type {const} */ (['float32', 'int8', 'int4'])) {
      cases.push({ model, precision, batch: 4, context: 256, logits: 'none' })
      cases.push({ model, precision, batch: 4, context: 1024, logits: 'none' })
      cases.push({ model, precision, batch: 2, context: 128, logits: 'all' })
      cases.push({ model, precision, batch: 1, context: 512, logits: 'last' })
    }
  }
  return cases
}

const json = process.argv.find((word) => word.startsWith('{'))
if (json) {
  console.log(JSON.stringify(await measure(JSON.parse(json))))
} else {
  const cases = casesOf(process.argv.includes('--unseen'))
  for (const one of cases) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      fileURLToPath(import.meta.url),
      JSON.stringify(one),
    ])
    const { before, estimate, rss, peak } = JSON.parse(stdout)
    const mib = (/** @type {number} */ bytes) => Math.round(bytes / MIB)
    console.log(
      `${one.model} ${one.precision} ${one.batch} × ${one.context}, logits ${one.logits}: estimate ${mib(estimate.total)} MiB, after the run ${mib(rss)} (${((100 * (estimate.total - rss)) / rss).toFixed(0)} %), peak ${mib(peak)} (${((100 * (estimate.total - peak)) / peak).toFixed(0)} %); before ${mib(before)}`,
    )
  }
}
