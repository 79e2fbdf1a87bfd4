// Guards: stored activations are the model's own, in the order of the text; an interrupted capture ends with the same
// bytes; cancel leaves nothing.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CaptureParamsSchema, CaptureSummarySchema } from '@mistudio/contracts'
import { sha256OfFile, TokenReader } from '@mistudio/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as setup from '../extractions/testing.js'
import { modelStore } from '../models/model-store.js'
import type { Control } from '../runner/context.js'
import { capturePipeline } from './capture.pipeline.js'
import { openShard } from './shards.js'

const SITES = ['blocks.0.hook_resid_post', 'blocks.2.hook_resid_post']
const SIZE = 64

describe.skipIf(!setup.databaseUrl)('activation.capture', () => {
  let database: setup.TestDatabase
  let dataDir = ''
  const tokenizationId = randomUUID()
  beforeAll(async () => {
    database = await setup.createTestDatabase()
    dataDir = await mkdtemp(join(tmpdir(), 'captures-'))
    await setup.writeTokens(join(dataDir, 'tokenizations', tokenizationId), 40, SIZE)
  })
  afterAll(async () => {
    await database.drop()
    await rm(dataDir, { recursive: true })
  })

  async function make(
    format: 'safetensors' | 'npz',
    dtype: 'float32' | 'float16' = 'float32',
    sites: readonly string[] = SITES,
  ) {
    const captureId = randomUUID()
    const params = CaptureParamsSchema.parse({ sites, tokens: 1000, format, dtype, shardBytes: 2 ** 19 })
    await database.pool.query(
      `INSERT INTO capture (id, model_name, dataset_name, context_size, params, sites, tokens) VALUES ($1, 'm', 'd', $2, $3, '[]', 1024)`,
      [captureId, SIZE, params],
    )
    const precision = 'float32' as const
    const run = {
      captureId,
      modelPath: setup.MODEL_PATH,
      modelName: 'm',
      tokenizationId,
      datasetName: 'd',
      params,
      precision,
    }
    const job = setup.testJob(database, dataDir, 'activation.capture', run)
    const folder = join(dataDir, 'captures', captureId)
    const start = (control: () => Control) => capturePipeline.run({ ...job, control })
    return { captureId, params, folder, start }
  }
  const hashes = async (folder: string) => {
    // What checks remember of a folder holds times; it is no part of a capture.
    const names = (await readdir(folder)).filter((name) => name !== '.verified.json').sort()
    return Promise.all(names.map(async (name) => [name, await sha256OfFile(join(folder, name))]))
  }

  it.each(['safetensors', 'npz'] as const)('stores in %s what the model gives, token by token', async (format) => {
    const { captureId, folder, start } = await make(format)
    expect(await start(() => 'run')).toMatchObject({ state: 'completed' })
    const { rows } = await database.pool.query('SELECT summary FROM capture WHERE id = $1', [captureId])
    const summary = CaptureSummarySchema.parse(rows[0].summary)
    expect(summary).toMatchObject({ tokens: 1024, contexts: 16 })
    expect(summary.files.length).toBeGreaterThan(1)
    const { model } = await modelStore.open(setup.MODEL_PATH, 1, 'float32')
    const tokens = await TokenReader.open(join(dataDir, 'tokenizations', tokenizationId))
    let context = 0
    for (const { name } of summary.files) {
      const shard = await openShard(join(folder, name), format)
      const [ids, contexts] = [await shard.float32('tokens'), await shard.float32('contexts')]
      const x = await shard.float32(SITES[1]!)
      const width = x.length / ids.length
      for (let at = 0; at < ids.length; at += SIZE, context++) {
        const expected = tokens.read(context, 1)
        expect([...ids.subarray(at, at + SIZE)]).toEqual([...expected])
        expect(contexts[at]).toBe(context)
        const alone = await model.capture({ tokens: expected, batch: 1, seq: SIZE }, SITES[1]!)
        const worst = alone.reduce((most, value, i) => Math.max(most, Math.abs(value - x[at * width + i]!)), 0)
        expect(worst).toBeLessThan(1e-4)
      }
    }
    await tokens.close()
    expect(context).toBe(16)
    expect(summary.statistics.map(({ tokens }) => tokens)).toEqual([1024, 1024])
    expect(summary.comparisons).toEqual([])
  })

  it('stores attention patterns as rows of a query\u2019s heads and keys', async () => {
    const site = 'blocks.1.attn.hook_pattern'
    const { captureId, folder, start } = await make('npz', 'float32', [site])
    expect(await start(() => 'run')).toMatchObject({ state: 'completed' })
    const { rows } = await database.pool.query('SELECT summary FROM capture WHERE id = $1', [captureId])
    const summary = CaptureSummarySchema.parse(rows[0].summary)
    const { model } = await modelStore.open(setup.MODEL_PATH, 1, 'float32')
    const heads = model.sites.find(({ name }) => name === site)!.shape[0]!
    expect(summary.statistics[0]).toMatchObject({ tokens: 1024, width: heads * SIZE })
    const shard = await openShard(join(folder, summary.files[0]!.name), 'npz')
    const stored = await shard.float32(site)
    const ids = Int32Array.from((await shard.float32('tokens')).subarray(0, SIZE))
    const pattern = await model.capture({ tokens: ids, batch: 1, seq: SIZE }, site)
    let worst = 0
    for (let query = 0; query < SIZE; query++) {
      for (let head = 0; head < heads; head++) {
        let sum = 0
        for (let key = 0; key < SIZE; key++) {
          const weight = stored[(query * heads + head) * SIZE + key]!
          worst = Math.max(worst, Math.abs(weight - pattern[(head * SIZE + query) * SIZE + key]!))
          if (key > query) expect(weight).toBe(0)
          sum += weight
        }
        expect(sum).toBeCloseTo(1, 5)
      }
    }
    expect(worst).toBeLessThan(1e-5)
  })

  it('ends with the same bytes after an interruption', async () => {
    const whole = await make('npz', 'float16')
    await whole.start(() => 'run')
    const broken = await make('npz', 'float16')
    expect(await broken.start(() => (existsSync(join(broken.folder, 'shard-00000.npz')) ? 'suspend' : 'run'))).toEqual({
      state: 'suspended',
    })
    expect(await readdir(broken.folder)).toEqual(['shard-00000.npz'])
    expect(await broken.start(() => 'run')).toMatchObject({ state: 'completed' })
    expect(await hashes(broken.folder)).toEqual(await hashes(whole.folder))
  })

  it('leaves nothing when it is cancelled', async () => {
    const { folder, start } = await make('safetensors')
    expect(await start(() => (existsSync(folder) ? 'cancel' : 'run'))).toEqual({ state: 'cancelled' })
    expect(existsSync(folder)).toBe(false)
  })
})
