// Bounded: small files that ask for much work or memory. Each ends with an answer or a typed refusal within bounds, and short questions
// of others are answered meanwhile.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { pause } from '../../lib/work.mjs'
import { formProblem, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'
import { memoryOf, pidsOf } from '../lib/processes.mjs'
import { copied, modelFolder } from '../lib/subjects.mjs'

/** Generous: two cores, other work beside. */
const ANSWER_MS = 30_000
const OTHERS_MS = 12_000
const GIB = 2 ** 30
const GROWTH = 2 * GIB

/** @typedef {import('../lib/instance.mjs').Instance} Instance */
/** @typedef {{ room: 'models' | 'saes' | 'datasets/preview', body: (instance: Instance) => Promise<unknown> }} Abuse */

const dataset = (/** @type {string} */ name, /** @type {() => Buffer | string} */ bytes) => ({
  room: /** @type {const} */ ('datasets/preview'),
  body: async (/** @type {Instance} */ instance) => {
    const path = join(await instance.folder('bounded'), name)
    await writeFile(path, bytes())
    return { source: { type: 'path', path } }
  },
})
const inModel = (/** @type {string} */ name, /** @type {() => Buffer | string} */ bytes, from = 'models/gpt2') => ({
  room: /** @type {const} */ ('models'),
  body: async (/** @type {Instance} */ instance) => {
    const path = await modelFolder(instance, from)
    await writeFile(join(path, name), bytes())
    return { path }
  },
})
const inSae = (/** @type {string} */ name, /** @type {() => Buffer | string} */ bytes, leave = true) => ({
  room: /** @type {const} */ ('saes'),
  body: async (/** @type {Instance} */ instance) => {
    const folder = leave ? await copied(instance, 'formats/saelens_jumprelu') : await instance.folder('sae')
    await writeFile(join(folder, name), bytes())
    return { source: { kind: 'folder', path: folder } }
  },
})

/** @param {string} text */
const withHeader = (text) => {
  const header = Buffer.from(text)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header])
}
const manyObjects = () =>
  withHeader(`{"t":{"dtype":"F32","shape":[${'{},'.repeat(1_000_000)}{}],"data_offsets":[0,0]}}`)
/** A safetensors file of empty tensors. @param {number} tensors */
const manyTensors = (tensors) => {
  const entries = Array.from({ length: tensors }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`)
  return withHeader(`{${entries.join(',')}}`)
}

/** An ONNX model of nothing but empty nodes: field 7 (graph) of the model, field 1 (node) of the graph. @param {number} bytes */
const emptyNodes = (bytes) => {
  const nodes = Buffer.alloc(bytes, Buffer.from([0x0a, 0x00]))
  const length = []
  for (let left = bytes; left > 0; left = Math.floor(left / 128)) length.push((left % 128) + (left >= 128 ? 128 : 0))
  return Buffer.concat([Buffer.from([0x08, 8, 0x3a, ...length]), nodes])
}

/** An array of zeros as npy, float32. @param {number[]} shape */
const npyZeros = (shape) => {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117)
  const header = Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY\x01\x00'),
    Buffer.from([118, 0]),
    Buffer.from(`${text}\n`),
  ])
  return Buffer.concat([header, Buffer.alloc(4 * shape.reduce((product, size) => product * size, 1))])
}

/** A zip of deflated entries. @param {readonly [string, () => Buffer][]} entries */
const zipOf = (entries) => {
  const [files, directory] = [/** @type {Buffer[]} */ ([]), /** @type {Buffer[]} */ ([])]
  let at = 0
  for (const [name, make] of entries) {
    const content = make()
    const packed = deflateRawSync(content, { level: 1 })
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(crc32(content), 14)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(content.length, 22)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    local.copy(central, 6, 4, 30)
    central.writeUInt32LE(at, 42)
    files.push(local, Buffer.from(name), packed)
    directory.push(central, Buffer.from(name))
    at += 30 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, ...directory, end])
}
/** Gemma Scope's file with matrices of 1 GiB each, in a few MB. */
const npzBomb = () =>
  zipOf([
    ['W_enc.npy', () => npyZeros([2048, 131_072])],
    ['W_dec.npy', () => npyZeros([131_072, 2048])],
    ['b_enc.npy', () => npyZeros([131_072])],
    ['b_dec.npy', () => npyZeros([2048])],
    ['threshold.npy', () => npyZeros([131_072])],
  ])

const deepJson = () => `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`
/** @type {readonly [string, Abuse][]} */
const ABUSES = [
  [
    'a CSV of 40,000 columns',
    dataset('wide.csv', () => `${Array.from({ length: 40_000 }, (_, i) => `c${i}`)}\n`.repeat(20)),
  ],
  [
    'a JSON line of 40,000 keys',
    dataset('wide.jsonl', () => `{${Array.from({ length: 40_000 }, (_, i) => `"k${i}":"x"`)}}\n`.repeat(20)),
  ],
  ['one gzip line of 1 GiB', dataset('line.jsonl.gz', () => gzipSync(Buffer.alloc(GIB, 65), { level: 1 }))],
  ['one gzip line of text of 1 GiB', dataset('line.txt.gz', () => gzipSync(Buffer.alloc(GIB, 65), { level: 1 }))],
  ['deep JSON as a dataset', dataset('deep.json', deepJson)],
  ['deep JSON lines', dataset('deep.jsonl', () => `${deepJson()}\n`)],
  ['a safetensors header of a million tensors', inModel('model.safetensors', () => manyTensors(1_000_000))],
  ['a safetensors header with a list of a million objects', inModel('model.safetensors', manyObjects)],
  ['the same tensors in an SAE', inSae('sae_weights.safetensors', () => manyTensors(1_000_000))],
  ['a config of deep JSON', inModel('config.json', deepJson)],
  ['a tokenizer of deep JSON', inModel('tokenizer.json', deepJson)],
  ['a tokenizer of 100 MB', inModel('tokenizer.json', () => `{"a":[${'1,'.repeat(50_000_000)}1]}`)],
  ['an npz of 8 MB that unpacks to 2 GiB', inSae('params.npz', npzBomb, false)],
  ['a cfg of deep JSON', inSae('cfg.json', deepJson)],
  ['21 MB of empty ONNX nodes', inModel('model.onnx', () => emptyNodes(21_000_000), 'exports/gpt2')],
]

/** Most memory that the product's processes hold together until a promise settles. @param {Instance} instance @param {Promise<unknown>} until */
const peakMemory = async (instance, until) => {
  let over = false
  const end = until.then(
    () => (over = true),
    () => (over = true),
  )
  let peak = 0
  while (!over) {
    const sizes = (await pidsOf(instance.stack)).map(memoryOf)
    peak = Math.max(peak, ...sizes)
    await Promise.race([end, pause(250)])
  }
  return peak
}

/** @type {import('../main.mjs').Group} */
export const bounded = {
  name: 'bounded',
  about: 'wide and deep files, bombs of gzip, zip, safetensors and ONNX: bounded time and memory, others are answered',
  own: true,
  run: async ({ probe, instance }) => {
    const small = await modelFolder(instance)
    const others = () => instance.ask({ method: 'POST', json: { path: small }, timeoutMs: 180_000 }, '/models/inspect')
    await others()
    for (const [what, { room, body }] of ABUSES) {
      await probe(what, async () => {
        const json = await body(instance)
        const path = room === 'datasets/preview' ? '/datasets/preview' : `/${room}/inspect`
        const before = Math.max(...(await pidsOf(instance.stack)).map(memoryOf))
        const abuse = instance.ask({ method: 'POST', json, timeoutMs: 180_000 }, path)
        await pause(300)
        const [answer, other, peak] = await Promise.all([abuse, others(), peakMemory(instance, abuse)])
        const grown = peak - before
        const got = {
          answer: formProblem(answer) ?? short(answer).slice(0, 160),
          seconds: Math.round(answer.ms / 100) / 10,
          otherSeconds: Math.round(other.ms / 100) / 10,
          other: other.status,
          peakGrowthMiB: Math.round(grown / 2 ** 20),
        }
        const kept = answer.ms < ANSWER_MS && other.ms < OTHERS_MS && other.status === 200 && grown < GROWTH
        return unless(kept && !formProblem(answer), what, got)
      })
    }
  },
}
