// node bench/defaults.mjs [--goldens FOLDER] [--data FOLDER] [--models demo,…] [--architectures standard,…] [--steps N]
// A first run with nothing chosen but the architecture, on models whose activations differ in norm by orders of magnitude: the bundled
// one, a small published one, a GPT-2 and a Llama of the golden models, and that Llama with an embedding of BOS a thousand times as long.
// Prints a table; exit status 1 when a run ends outside L0 20 to 100 (where d_sae allows) or with FVU of 0.5 or more.
// Golden models have no tokenizer: they get one of single characters, and read the same stories.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { judgeSummary, TrainingParamsSchema } from '@mistudio/contracts'
import { startStack } from '../e2e/lib/stack.mjs'
import { DEMO, ended, prepare } from '../e2e/lib/work.mjs'
import { characterTokenizer, withLongRow } from './lib/golden-model.mjs'

const SHARED = resolve(import.meta.dirname, '../../shared')
const { values } = parseArgs({
  options: {
    goldens: { type: 'string', default: join(SHARED, 'golden/models') },
    data: { type: 'string', default: join(SHARED, 'data') },
    architectures: { type: 'string', default: 'standard,gated,jumprelu,topk,batchtopk,matryoshka_batchtopk,abstopk' },
    models: { type: 'string', default: 'demo,stories260K,gpt2,llama,bos' },
    steps: { type: 'string' },
  },
})
const ARCHITECTURES = values.architectures.split(',')
const WANTED = { least: 20, most: 100, fvu: 0.5 }

const folder = await mkdtemp(join(tmpdir(), 'mistudio-models-'))

/** A copy of a golden model that can read text. @param {string} name */
const golden = async (name, to = name) => {
  const path = join(folder, to)
  await cp(join(values.goldens, name), path, { recursive: true })
  const { vocab_size: vocabSize, bos_token_id: bos } = JSON.parse(await readFile(join(path, 'config.json'), 'utf8'))
  for (const [file, text] of Object.entries(characterTokenizer(vocabSize, bos))) await writeFile(join(path, file), text)
  return { path, bos }
}

const gpt2 = await golden('gpt2')
const llama = await golden('llama')
const longBos = await golden('llama', 'llama-long-bos')
await withLongRow(join(longBos.path, 'model.safetensors'), 'model.embed_tokens.weight', longBos.bos, 1000)

const MODELS = [
  {
    key: 'demo',
    name: 'demo',
    model: join(DEMO, 'tiny-stories-1m'),
    site: 'blocks.2.hook_resid_post',
    contextSize: 256,
  },
  {
    key: 'stories260K',
    name: 'stories260K',
    model: join(values.data, 'stories260K-hf'),
    site: 'blocks.2.hook_resid_post',
    contextSize: 256,
  },
  { key: 'gpt2', name: 'GPT-2 golden', model: gpt2.path, site: 'blocks.1.hook_resid_post', contextSize: 40 },
  { key: 'llama', name: 'Llama golden', model: llama.path, site: 'blocks.1.hook_resid_post', contextSize: 64 },
  { key: 'bos', name: 'Llama, BOS × 1000', model: longBos.path, site: 'blocks.1.hook_resid_post', contextSize: 64 },
]

/** A training of every architecture, in one job over one stream of activations. @param {any} client @param {any} on @param {string} site */
const trainAll = async (client, on, site) => {
  const params = { site, ...(values.steps ? { steps: Number(values.steps) } : {}) }
  // Everything that is left out, written out: a sweep keeps options that architectures have in common.
  const list = ARCHITECTURES.map((architecture) => TrainingParamsSchema.parse({ ...params, architecture }))
  const body = { modelId: on.modelId, tokenizationId: on.tokenizationId, params, list }
  const made = await client.createSweep({ body })
  for (const id of new Set(made.map((/** @type {any} */ one) => one.job.id))) await ended(client, id)
  return Promise.all(made.map((/** @type {any} */ { id }) => client.getTraining({ params: { id } })))
}

/** Mean norm of what SAEs read at the site, as the self-check measures it. @param {any} client @param {string} saeId */
const normAt = async (client, saeId) => {
  const job = await client.checkSae({ params: { id: saeId }, body: { tokenizationId: null } })
  await ended(client, job.id)
  const { check } = await client.getSae({ params: { id: saeId } })
  return check?.figures.inputNorm.value ?? null
}

const shown = (/** @type {number | null | undefined} */ value, digits = 3) =>
  value == null ? '–' : Number(value.toPrecision(digits)).toString()
const bounds = (/** @type {any} */ of) => (of?.low == null ? '' : ` [${shown(of.low)}, ${shown(of.high)}]`)

const stack = await startStack({ importRoots: [folder, values.data] })
let good = true
try {
  console.log('| model | d_in | mean norm | architecture | L0 | FVU | CE recovered | dead | judged |')
  console.log('|---|---|---|---|---|---|---|---|---|')
  for (const { name, model, site, contextSize } of MODELS.filter(({ key }) => values.models.split(',').includes(key))) {
    const on = await prepare(stack.client, { model, contextSize, maxDocuments: 4000 })
    const trained = await trainAll(stack.client, on, site)
    const norm = await normAt(stack.client, trained.find(({ saeId }) => saeId)?.saeId ?? '')
    for (const { params, dIn, dSae, summary, job } of trained) {
      const head = `| ${name} | ${dIn} | ${shown(norm)} | ${params.architecture}`
      if (!summary) {
        good = false
        console.log(`${head} | ${job?.state}: ${job?.error?.message} |||||`)
        continue
      }
      const { l0, fvu, ceRecovered, intervals, deadByWindow } = summary
      const fits = l0 >= Math.min(WANTED.least, dSae) && l0 <= WANTED.most && fvu < WANTED.fvu
      good &&= fits
      const warnings = judgeSummary(summary, { dIn, dSae }).map(({ message }) => message)
      console.log(
        `${head} | ${shown(l0)} | ${shown(fvu)}${bounds(intervals?.fvu)} | ${shown(ceRecovered)}${bounds(intervals?.ceRecovered)} | ${(100 * deadByWindow).toFixed(0)} % | ${fits ? '' : '**outside**: '}${warnings.join(' ') || 'good'} |`,
      )
    }
  }
} finally {
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
}
console.log(good ? '\nEvery first run ends with L0 20 to 100 and FVU below 0.5.' : '\nNot every first run does.')
process.exitCode = good ? 0 : 1
