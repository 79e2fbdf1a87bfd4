// config.json and generation_config.json of a model folder, opened as registration does: config, tensors and their fit.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MODEL_TYPES, planSites } from '@mistudio/interp/models'
import { openWeightsFolder } from '../../../worker/dist/models/model-folder.js'
import { mutateBytes } from '../bytes.mjs'
import { mutateTree, textOf, treeOf } from '../json.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const MODELS = fileURLToPath(new URL('../../../fixtures/models/', import.meta.url))
const WEIGHTS = 'model.safetensors'
const WORDS = [
  ...MODEL_TYPES,
  ...[
    'silu',
    'gelu_new',
    'relu',
    'quick_gelu',
    'llama3',
    'linear',
    'dynamic',
    'yarn',
    'longrope',
    'default',
    'float16',
    'full_attention',
  ],
]

/** A model of every architecture that is kept in one file. */
const SEEDS = readdirSync(MODELS)
  .filter((name) => existsSync(join(MODELS, name, WEIGHTS)))
  .map((name) => ({
    config: JSON.parse(readFileSync(join(MODELS, name, 'config.json'), 'utf8')),
    weights: readFileSync(join(MODELS, name, WEIGHTS)),
  }))

export const configs = {
  files: ['config.json', 'generation_config.json', WEIGHTS],

  /** @param {Random} random */
  make(random) {
    const { config, weights } = random.pick(SEEDS)
    const tree = treeOf(config)
    const generation = treeOf({ eos_token_id: [2, 3], bos_token_id: 1, do_sample: true })
    const files = (/** @type {Buffer} */ bytes) => ({
      'config.json': bytes,
      'generation_config.json': Buffer.from(textOf(generation)),
      [WEIGHTS]: weights,
    })
    if (random.chance(0.05)) return { files: files(Buffer.from(textOf(tree))), names: ['harmless'], mustLoad: true }
    if (random.chance(0.2)) {
      const { bytes, names } = mutateBytes(Buffer.from(JSON.stringify(config)), random)
      return { files: files(bytes), names }
    }
    const names = mutateTree(random.chance(0.1) ? generation : tree, random, WORDS)
    return { files: files(Buffer.from(textOf(tree))), names }
  },

  /** @param {string} folder @param {Record<string, Buffer>} files */
  async read(folder, files) {
    const { plan, source, tensors } = await openWeightsFolder(folder)
    const { spec } = plan
    const config = JSON.parse(files['config.json'].toString('utf8'))
    const first = (/** @type {string[]} */ ...keys) =>
      keys.map((key) => config[key]).find((value) => typeof value === 'number')
    assert.equal(spec.layers, first('num_hidden_layers', 'num_layers', 'n_layer'), 'another number of layers')
    assert.equal(spec.dModel, first('hidden_size', 'n_embd'), 'another width')
    assert.equal(spec.vocabSize, config.vocab_size, 'another vocabulary')
    assert.equal(plan.blocks.length, spec.layers)
    for (const { attention } of plan.blocks)
      assert.equal(attention.heads % attention.kvHeads, 0, 'heads that cannot share')
    for (const name of tensors.fileNames.values())
      for (const size of source.info(name).shape) assert.ok(Number.isSafeInteger(size) && size > 0, `${name} is empty`)
    assert.ok(planSites(plan).length > spec.layers, 'no sites')
    assert.ok(
      [...tensors.fileNames.values()].some((name) => source.info(name).shape[0] >= config.vocab_size),
      'no embedding',
    )
  },
}
