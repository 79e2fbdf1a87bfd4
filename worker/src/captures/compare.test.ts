// Guards: two captures are compared on the same tokens, whatever their formats and shards; other tokens are refused.
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CaptureComparisonSchema, CaptureParamsSchema, type SitePair, type StoredSide } from '@mistudio/contracts'
import { type WrittenFile, writeManifest } from '@mistudio/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as setup from '../extractions/testing.js'
import { comparePipeline } from './compare.pipeline.js'
import { shardName, traceRows, writeShard } from './shards.js'

const SIZE = 8

describe.skipIf(!setup.databaseUrl)('activation.compare', () => {
  let database: setup.TestDatabase
  let dataDir = ''
  beforeAll(async () => {
    database = await setup.createTestDatabase()
    dataDir = await mkdtemp(join(tmpdir(), 'compare-'))
  })
  afterAll(async () => {
    await database.drop()
    await rm(dataDir, { recursive: true })
  })

  /** A capture of `contexts` contexts in shards of `perShard`, whose value at row r, dimension d is f(r, d). */
  async function write(options: {
    format: 'npz' | 'safetensors'
    sites: Record<string, { width: number; at: (row: number, dimension: number) => number }>
    contexts: number
    perShard: number
    token?: (row: number) => number
  }): Promise<StoredSide> {
    const { format, contexts, perShard, token = (row) => row % 97 } = options
    const captureId = randomUUID()
    const folder = join(dataDir, 'captures', captureId)
    await mkdir(folder, { recursive: true })
    const sites = Object.entries(options.sites).map(([name, { width }]) => ({ name, layer: 0, width }))
    const params = CaptureParamsSchema.parse({ sites: sites.map(({ name }) => name), format })
    const shards: string[] = []
    const files: Record<string, WrittenFile> = {}
    for (let first = 0; first < contexts; first += perShard) {
      const rows = Math.min(perShard, contexts - first) * SIZE
      const begin = first * SIZE
      const activations = new Map(
        Object.entries(options.sites).map(([name, { width, at }]) => [
          name,
          Float32Array.from({ length: rows * width }, (_, i) => at(begin + Math.floor(i / width), i % width)),
        ]),
      )
      const tokens = Int32Array.from({ length: rows }, (_, row) => token(begin + row))
      const name = shardName(shards.length, format)
      files[name] = await writeShard(folder, name, { activations, ...traceRows(tokens, SIZE, first) }, sites, params)
      shards.push(name)
    }
    await writeManifest(folder, 'activations', { files, data: {} })
    return { captureId, format, contextSize: SIZE, tokens: contexts * SIZE, sites, shards }
  }
  const wave = (seed: number) => (row: number, dimension: number) => Math.fround(Math.sin(row * seed + dimension * 1.3))
  const ask = (a: StoredSide, b: StoredSide, pairs: SitePair[] | null = null) =>
    comparePipeline.run(setup.testJob(database, dataDir, 'activation.compare', { a, b, pairs }))

  it('pairs every site with every other on the tokens that both hold', async () => {
    const [f, g] = [wave(0.7), wave(1.9)]
    const a = await write({
      format: 'npz',
      contexts: 6,
      perShard: 2,
      sites: { x: { width: 3, at: f }, wide: { width: 5, at: f } },
    })
    const b = await write({ format: 'safetensors', contexts: 4, perShard: 3, sites: { y: { width: 3, at: g } } })
    const outcome = await ask(a, b)
    const found = CaptureComparisonSchema.parse('result' in outcome ? outcome.result : null)
    expect(found).toMatchObject({ sharedTokens: 32, sampledFrom: 32, pairing: 'all' })
    expect(found.pairs.map((pair) => [pair.a, pair.b, pair.tokens])).toEqual([
      ['x', 'y', 32],
      ['wide', 'y', 32],
    ])
    const mean = (at: typeof f) =>
      [0, 1, 2].map((d) => Array.from({ length: 32 }, (_, row) => at(row, d)).reduce((s, v) => s + v, 0) / 32)
    const [m, n] = [mean(f), mean(g)]
    const cosine = m.reduce((s, v, d) => s + v * n[d]!, 0) / Math.hypot(...m) / Math.hypot(...n)
    expect(found.pairs[0]!.cosineOfMeans).toBeCloseTo(cosine, 6)
    expect(found.pairs[1]).toMatchObject({ cosineOfMeans: null, cosine: null })
  })

  it('compares the pairs that were asked for, in one capture too, and no others', async () => {
    const capture = await write({
      format: 'npz',
      contexts: 4,
      perShard: 4,
      sites: Object.fromEntries(
        Array.from({ length: 40 }, (_, n) => [`s${n}`, { width: 2, at: wave(Math.floor(n / 2) + 1) }]),
      ),
    })
    const outcome = await ask(capture, capture, [
      ['s1', 's0'],
      ['s2', 's1'],
    ])
    const found = CaptureComparisonSchema.parse('result' in outcome ? outcome.result : null)
    expect(found.pairing).toBe('asked')
    expect(found.pairs.map(({ a, b }) => [a, b])).toEqual([
      ['s1', 's0'],
      ['s2', 's1'],
    ])
    expect(found.pairs[0]).toMatchObject({ cka: expect.closeTo(1, 9), relativeChange: expect.closeTo(0, 9) })
    expect(found.pairs[1]!.cka).toBeLessThan(0.99)
    await expect(ask(capture, capture, [['s1', 'nowhere']])).rejects.toMatchObject({ code: 'site_unknown' })
  })

  it('refuses captures of other tokens and says where they part', async () => {
    const sites = { x: { width: 2, at: wave(1) } }
    const a = await write({ format: 'npz', contexts: 4, perShard: 2, sites })
    const b = await write({
      format: 'npz',
      contexts: 4,
      perShard: 4,
      sites,
      token: (row) => (row === 19 ? 5 : row % 97),
    })
    await expect(ask(a, b)).rejects.toMatchObject({
      code: 'tokenization_mismatch',
      message: expect.stringContaining('token 19'),
    })
  })

  it('pairs namesakes alone when there are too many pairs', async () => {
    const many = (prefix: string) =>
      Object.fromEntries(
        ['shared', 1, 2, 3, 4, 5, 6].map((n, i) => [i ? `${prefix}${n}` : n, { width: 2, at: wave(i + 1) }]),
      )
    const a = await write({ format: 'npz', contexts: 2, perShard: 2, sites: many('a') })
    const b = await write({ format: 'npz', contexts: 2, perShard: 2, sites: many('b') })
    const outcome = await ask(a, b)
    const found = CaptureComparisonSchema.parse('result' in outcome ? outcome.result : null)
    expect(found.pairing).toBe('same_name')
    expect(found.pairs.map((pair) => [pair.a, pair.b, pair.cka])).toEqual([['shared', 'shared', expect.closeTo(1, 9)]])
  })
})
