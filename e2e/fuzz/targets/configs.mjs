// config.json and generation_config.json of a model folder, opened as registration does: config, tensors and their fit.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openModelFolder } from '../../../worker/dist/models/model-folder.js'
import { mutateBytes } from '../bytes.mjs'
import { mutateTree, textOf, treeOf } from '../json.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const MODELS = fileURLToPath(new URL('../../../fixtures/models/', import.meta.url))
const NAMES = ['llama', 'llama_biases', 'llama_gqa_llama3_new']
const WORDS = [
  'llama',
  'gpt2',
  'gpt_neox',
  'gemma2',
  'qwen3',
  'silu',
  'gelu_new',
  'relu',
  'llama3',
  'linear',
  'dynamic',
  'yarn',
  'default',
  'float16',
]
const WEIGHTS = 'model.safetensors'

const read = (/** @type {string} */ name, /** @type {string} */ file) => readFileSync(join(MODELS, name, file))
const SEEDS = NAMES.map((name) => ({
  config: JSON.parse(read(name, 'config.json').toString('utf8')),
  weights: read(name, WEIGHTS),
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
    const { spec, source, tensors } = await openModelFolder(folder)
    const config = JSON.parse(files['config.json'].toString('utf8'))
    const expected = [config.num_hidden_layers, config.hidden_size, config.num_attention_heads, config.vocab_size]
    assert.deepEqual([spec.layers, spec.dModel, spec.heads, spec.vocabSize], expected, 'the spec says something else')
    assert.equal(spec.heads % spec.kvHeads, 0)
    assert.ok(spec.normEps > 0 && Number.isFinite(spec.normEps), `norm epsilon ${spec.normEps}`)
    for (const name of tensors.fileNames.values())
      for (const size of source.info(name).shape) assert.ok(Number.isSafeInteger(size) && size > 0)
    const embedding = [...tensors.fileNames.values()].find((name) => name.endsWith('embed_tokens.weight'))
    assert.deepEqual(source.info(String(embedding)).shape, [config.vocab_size, config.hidden_size])
  },
}
