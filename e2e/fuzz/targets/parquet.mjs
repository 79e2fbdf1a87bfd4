// Parquet files with mutated bytes, most of them in the footer, previewed and read as an import does.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openDataset } from '@mistudio/formats'
import { parquetBytes } from '../../../packages/formats/dist/datasets/testing.js'
import { mutateBytes } from '../bytes.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const FILE = 'rows.parquet'
const ROWS = [['one', 'two', 'three'], ['four']]
const SEEDS = [false, true].map((gzip) =>
  Buffer.from(
    parquetBytes(
      [
        { name: 'text', groups: ROWS },
        { name: 'n', groups: ROWS.map((rows) => rows.map((_, i) => BigInt(i))) },
      ],
      gzip,
    ),
  ),
)

export const parquet = {
  files: [FILE],

  /** @param {Random} random */
  make(random) {
    const seed = random.pick(SEEDS)
    if (random.chance(0.05)) return { files: { [FILE]: seed }, names: ['harmless'], mustLoad: true }
    const footer = seed.length - 8 - seed.readUInt32LE(seed.length - 8)
    if (random.chance(0.3)) {
      const { bytes, names } = mutateBytes(seed, random)
      return { files: { [FILE]: bytes }, names }
    }
    const { bytes, names } = mutateBytes(seed.subarray(footer, seed.length - 8), random)
    const tail = Buffer.from(seed.subarray(seed.length - 8))
    tail.writeUInt32LE(bytes.length)
    return { files: { [FILE]: Buffer.concat([seed.subarray(0, footer), bytes, tail]) }, names: ['footer', ...names] }
  },

  /** @param {string} folder */
  async read(folder) {
    const dataset = await openDataset(join(folder, FILE))
    let rows = 0
    for await (const batch of dataset.batches()) {
      rows += batch.length
      assert.ok(batch.every(({ fields }) => typeof fields === 'object'))
    }
    assert.ok(rows <= 1_000_000, `${rows} rows in a file of a few hundred bytes`)
  },
}
