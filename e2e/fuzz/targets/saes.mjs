// cfg.json of a SAELens folder beside correct weights.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSaeLensFolder } from '@mistudio/formats'
import { mutateBytes } from '../bytes.mjs'
import { mutateTree, textOf, treeOf } from '../json.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const FOLDER = fileURLToPath(new URL('../../../fixtures/formats/saelens_jumprelu/', import.meta.url))
const CFG = 'cfg.json'
const WEIGHTS = 'sae_weights.safetensors'
const seed = JSON.parse(readFileSync(join(FOLDER, CFG), 'utf8'))
const weights = readFileSync(join(FOLDER, WEIGHTS))
const WORDS = ['standard', 'gated', 'topk', 'jumprelu', 'batchtopk', 'float32', 'bfloat16', 'none', 'layer_norm']

export const saes = {
  files: [CFG, WEIGHTS],

  /** @param {Random} random */
  make(random) {
    const tree = treeOf(seed)
    if (random.chance(0.05))
      return { files: { [CFG]: Buffer.from(textOf(tree)), [WEIGHTS]: weights }, names: ['harmless'], mustLoad: true }
    if (random.chance(0.2)) {
      const { bytes, names } = mutateBytes(Buffer.from(textOf(tree)), random)
      return { files: { [CFG]: bytes, [WEIGHTS]: weights }, names }
    }
    const names = mutateTree(tree, random, WORDS)
    return { files: { [CFG]: Buffer.from(textOf(tree)), [WEIGHTS]: weights }, names }
  },

  /** @param {string} folder @param {Record<string, Buffer>} files */
  async read(folder, files) {
    const { cfg, weights: opened } = await readSaeLensFolder(folder)
    const plain = JSON.parse(files[CFG].toString('utf8'))
    assert.deepEqual([cfg.d_in, cfg.d_sae], [plain.d_in, plain.d_sae])
    assert.deepEqual([...opened.info('W_dec').shape], [plain.d_sae, plain.d_in])
    assert.equal((await opened.float32('W_dec')).length, plain.d_sae * plain.d_in)
  },
}
