// Safetensors files with mutated headers. What the reader accepts is compared with a plain reading of the same bytes.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { SafetensorsFile } from '@mistudio/formats'
import { mutateBytes } from '../bytes.mjs'
import { mutateTree, raw, textOf, treeOf } from '../json.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const WIDTH = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
}
const WORDS = [...Object.keys(WIDTH), 'f32', 'F4', 'C64', 'F32 ', '']
const FILE = 'model.safetensors'

/** A correct header over a few small tensors, and its data. */
function correct(/** @type {Random} */ random) {
  /** @type {Record<string, unknown>} */
  const header = random.chance(0.5) ? { __metadata__: { format: 'pt' } } : {}
  let end = 0
  for (let i = 0; i < 1 + random.below(5); i++) {
    const dtype = random.pick(/** @type {(keyof typeof WIDTH)[]} */ (Object.keys(WIDTH)))
    const shape = Array.from({ length: random.below(4) }, () => random.below(5))
    const bytes = shape.reduce((product, n) => product * n, WIDTH[dtype])
    header[`layers.${i}.weight`] = { dtype, shape, data_offsets: [end, end + bytes] }
    end += bytes
  }
  return { header, data: Buffer.from(Array.from({ length: end }, () => random.below(256))) }
}

const LENGTHS = [0n, 1n, 7n, 12_000_001n, 100_000_000n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]

function file(/** @type {Buffer} */ json, /** @type {Buffer} */ data, /** @type {bigint} */ length) {
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt.asUintN(64, length))
  return Buffer.concat([prefix, json, data])
}

/** Headers of megabytes: what a hostile file costs at worst. */
function huge(/** @type {Random} */ random) {
  const count = random.pick([100_000, 200_000, 400_000])
  const many = (/** @type {(i: number) => string} */ entry) =>
    Array.from({ length: count }, (_, i) => entry(i)).join(',')
  return random.pick([
    () => `{${' '.repeat(count * 20)}}`,
    () => `{"w":{"dtype":"F32","shape":[${many(() => '-1')}],"data_offsets":[0,0]}}`,
    () => `{"w":{"dtype":"F32","shape":[0],"data_offsets":[${many(() => '"x"')}]}}`,
    () => `{"__metadata__":{${many((i) => `"k${i}":${i}`)}}}`,
    () => `{"__metadata__":{${many((i) => `"k${i}":"v"`)}}}`,
    () => `{"w":{${many((i) => `"k${i}":0`)}}}`,
    () => `{${many((i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`)}}`,
    () => `${'{"a":'.repeat(count)}1${'}'.repeat(count)}`,
    () => `{"a":${'['.repeat(count)}${']'.repeat(count)}}`,
    () => `{"${'n'.repeat(count * 10)}":1}`,
  ])()
}

export const headers = {
  files: [FILE],

  /** @param {Random} random */
  make(random) {
    if (random.chance(1 / 2000)) {
      const json = Buffer.from(huge(random))
      return { files: { [FILE]: file(json, Buffer.alloc(0), BigInt(json.length)) }, names: ['huge'] }
    }
    const { header, data } = correct(random)
    const tree = treeOf(header)
    const way = random.below(10)
    if (way === 0) {
      // Harmless: spaces after the header, as the format allows. It must load.
      const json = Buffer.from(textOf(tree) + ' '.repeat(random.below(9)))
      return { files: { [FILE]: file(json, data, BigInt(json.length)) }, names: ['harmless'], mustLoad: true }
    }
    if (way <= 2) {
      const json = Buffer.from(JSON.stringify(header))
      const { bytes, names } = mutateBytes(file(json, data, BigInt(json.length)), random)
      return { files: { [FILE]: bytes }, names }
    }
    const names = mutateTree(tree, random, WORDS)
    if (random.chance(0.03)) tree.kind === 'object' && tree.pairs.push(['nan', raw('NaN')])
    const json = Buffer.from(textOf(tree))
    let length = BigInt(json.length)
    if (random.chance(0.1)) length = random.chance(0.5) ? random.pick(LENGTHS) : length + BigInt(random.below(5) - 2)
    const cut = random.chance(0.1) ? random.below(data.length + 1) : data.length
    const tail = random.chance(0.05) ? Buffer.alloc(random.below(16)) : Buffer.alloc(0)
    return { files: { [FILE]: file(json, Buffer.concat([data.subarray(0, cut), tail]), length) }, names }
  },

  /** @param {string} folder @param {Record<string, Buffer>} files */
  async read(folder, files) {
    const opened = await SafetensorsFile.open(join(folder, FILE))
    return () => compare(opened, files[FILE])
  },
}

/** Compares what the reader says and reads with the bytes. @param {SafetensorsFile} opened @param {Buffer} bytes */
async function compare(opened, bytes) {
  const length = Number(bytes.readBigUInt64LE(0))
  /** @type {Record<string, { dtype: keyof typeof WIDTH, shape: number[], data_offsets: [number, number] }>} */
  const plain = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'))
  const entries = Object.entries(plain).filter(([name]) => name !== '__metadata__')
  assert.deepEqual(
    [...opened.names()].sort(),
    entries.map(([name]) => name).sort(),
    'other tensors than the header names',
  )
  let covered = 0
  // Every tensor of an ordinary file, some of one that names a hundred thousand.
  const step = Math.ceil(entries.length / 100)
  for (const [i, [name, { dtype, shape, data_offsets }]] of entries.entries()) {
    const [start, end] = data_offsets
    // "-0" is a size of zero; adding zero keeps its sign out of comparisons.
    const elements = shape.reduce((product, n) => product * n, 1) + 0
    assert.ok(Number.isSafeInteger(elements) && elements >= 0, `${name}: ${elements} elements`)
    assert.ok(start >= 0 && 8 + length + end <= bytes.length, `${name} lies outside the file`)
    assert.ok(end - start === elements * WIDTH[dtype], `${name}: bytes do not fit the shape`)
    const info = opened.info(name)
    assert.deepEqual([info.dtype, [...info.shape]], [dtype, shape], `${name}: other dtype or shape`)
    covered += end - start
    if (i % step !== 0) continue
    assert.ok(
      Buffer.from(await opened.raw(name)).equals(bytes.subarray(8 + length + start, 8 + length + end)),
      `${name}: other bytes`,
    )
    if (dtype === 'F32') assert.equal((await opened.float32(name)).length, elements, `${name}: other length`)
  }
  assert.equal(8 + length + covered, bytes.length, 'bytes that belong to no tensor')
}
