// Shard indexes (model.safetensors.index.json) beside two correct shards. A folder that opens must give every tensor it names.
import assert from 'node:assert/strict'
import { openTensorSource } from '@mistudio/formats'
import { mutateBytes } from '../bytes.mjs'
import { mutateTree, textOf, treeOf } from '../json.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const INDEX = 'model.safetensors.index.json'
const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
const WORDS = [
  ...SHARDS,
  'a.weight',
  '../model-00001-of-00002.safetensors',
  'model.bin',
  '.',
  '..',
  INDEX,
  'nowhere.safetensors',
  'a\0b',
]

function shard(/** @type {string} */ name) {
  const json = Buffer.from(JSON.stringify({ [name]: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([prefix, json, Buffer.alloc(8, 1)])
}

export const indexes = {
  files: [INDEX, ...SHARDS],

  /** @param {Random} random */
  make(random) {
    const shards = { [SHARDS[0]]: shard('a.weight'), [SHARDS[1]]: shard('b.weight') }
    const tree = treeOf({ metadata: { total_size: 16 }, weight_map: { 'a.weight': SHARDS[0], 'b.weight': SHARDS[1] } })
    if (random.chance(0.05))
      return { files: { ...shards, [INDEX]: Buffer.from(textOf(tree)) }, names: ['harmless'], mustLoad: true }
    if (random.chance(0.2)) {
      const { bytes, names } = mutateBytes(Buffer.from(textOf(tree)), random)
      return { files: { ...shards, [INDEX]: bytes }, names }
    }
    const names = mutateTree(tree, random, WORDS)
    return { files: { ...shards, [INDEX]: Buffer.from(textOf(tree)) }, names }
  },

  /** @param {string} folder @param {Record<string, Buffer>} files */
  async read(folder, files) {
    const source = await openTensorSource(folder)
    const plain = JSON.parse(files[INDEX].toString('utf8'))
    assert.deepEqual(
      [...source.names()].sort(),
      Object.keys(plain.weight_map).sort(),
      'other tensors than the index names',
    )
    for (const name of source.names()) {
      assert.ok(SHARDS.includes(plain.weight_map[name]), `${name} was read from ${plain.weight_map[name]}`)
      assert.equal((await source.float32(name)).length, 2)
    }
  },
}
