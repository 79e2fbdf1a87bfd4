// Trainings that read a capture: its values are the model's, killed ones end with the same bits, and what is no longer there is refused.
import { randomUUID } from 'node:crypto'
import { rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { CaptureParamsSchema, CaptureSummarySchema, type StoredSide, type TrainingParams } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import { LanguageModel } from '@mistudio/interp/models'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { capturePipeline } from '../../captures/index.js'
import * as setup from '../../extractions/testing.js'
import { modelStore } from '../../models/model-store.js'
import { endings, go, killedAfter, paramsOf, SIZE, TrainingWorld } from '../testing/world.js'
import { CaptureSource, openCapture } from './capture-source.js'
import { Harvester } from './harvest.js'

const OTHER = setup.SITE.replace('hook_resid_post', 'hook_mlp_out')
const PARAMS = paramsOf({ architecture: 'topk', k: 8, skipPositions: 2 })
const WIDTHS = new Map([
  [setup.SITE, 128],
  [OTHER, 128],
])

describe.skipIf(!setup.databaseUrl)('trainings from a capture', () => {
  let world: TrainingWorld
  beforeAll(async () => {
    world = await TrainingWorld.open()
  })
  afterAll(() => world.close())
  afterEach(() => vi.restoreAllMocks())
  const folderOf = ({ captureId }: StoredSide) => join(world.dataDir, 'captures', captureId)

  /** A finished capture of the first 40 training contexts, in several files. */
  async function capture(options: Record<string, unknown> = {}): Promise<StoredSide> {
    const captureId = randomUUID()
    const size = { tokens: 40 * SIZE, shardBytes: 2 ** 18 }
    const params = CaptureParamsSchema.parse({ sites: [setup.SITE, OTHER], ...size, ...options })
    await world.database.pool.query(
      `INSERT INTO capture (id, model_name, dataset_name, context_size, params, sites, tokens) VALUES ($1, 'm', 'd', $2, $3, '[]', $4)`,
      [captureId, SIZE, params, params.tokens],
    )
    const names = { modelPath: setup.MODEL_PATH, modelName: 'm', datasetName: 'd', precision: 'float32' as const }
    const run = { captureId, ...names, tokenizationId: world.subjects.tokenizationId, params }
    const job = setup.testJob(world.database, world.dataDir, 'activation.capture', run)
    await capturePipeline.run({ ...job, control: () => 'run' })
    const { rows } = await world.database.pool.query('SELECT summary FROM capture WHERE id = $1', [captureId])
    const { files, tokens } = CaptureSummarySchema.parse(rows[0].summary)
    const sites = params.sites.map((name) => ({ name, layer: 2, width: 128 }))
    return { captureId, format: params.format, contextSize: SIZE, tokens, sites, shards: files.map(({ name }) => name) }
  }
  const insert = async (stored: StoredSide, params: TrainingParams) => ({
    ...(await world.insert(params)),
    capture: stored,
  })

  it.each(['safetensors', 'npz'])('read from %s what the model gives, in any order of contexts', async (format) => {
    const stored = await capture({ format })
    expect(stored.shards.length).toBeGreaterThan(2)
    const { tokenizationId } = world.subjects
    const opened = await openCapture(world.dataDir, stored, tokenizationId, WIDTHS)
    const source = new CaptureSource(opened, WIDTHS, () => undefined)
    expect(source.contexts).toBe(40)
    const tokens = await TokenReader.open(join(world.dataDir, 'tokenizations', tokenizationId))
    const { model } = await modelStore.open(setup.MODEL_PATH, 1, 'float32')
    const contexts = Uint32Array.of(39, 3, 17, 4)
    const read = await source.harvest(contexts)
    const harvested = await new Harvester(model, tokens, WIDTHS, () => undefined).harvest(contexts)
    await tokens.close()
    for (const site of WIDTHS.keys()) {
      const worst = read.get(site)!.reduce((most, x, i) => Math.max(most, Math.abs(x - harvested.get(site)![i]!)), 0)
      expect(worst).toBeLessThan(1e-4)
    }
    expect(source.tokens).toBe(4 * SIZE)
  })

  it('train like one from the model, without running it but for evaluations', async () => {
    const params = { ...PARAMS, evalEvery: 1000 }
    // All training contexts, so that both streams have the same order.
    const stored = await capture({ tokens: 1e6 })
    const live = await world.train(await world.insert(params))
    const forward = vi.spyOn(LanguageModel.prototype, 'forward')
    const read = await world.train(await insert(stored, params))
    expect(endings(read.outcomes)).toEqual(['completed'])
    const passes = forward.mock.calls.filter(([, { capture: sites = [] }]) => sites.length > 0).length
    // One batch of held-out and one of trained text.
    expect(passes).toBe(2)
    for (const key of ['mse@2', 'mse@24', 'heldout_fvu@24', 'ce_sae@24']) {
      expect(read.stored.get(key)! / live.stored.get(key)!, key).toBeCloseTo(1, 3)
    }
  })

  it.each(['float32', 'float16'])('end with the same bits after kills, over several epochs, as %s', async (dtype) => {
    const stored = await capture({ dtype })
    const whole = await world.train(await insert(stored, PARAMS))
    const broken = await world.train(await insert(stored, PARAMS), [
      killedAfter(6),
      (rows) => (rows > 2 ? 'suspend' : 'run'),
      go,
    ])
    expect(endings(broken.outcomes)).toEqual(['killed', 'suspended', 'completed'])
    // 40 contexts of 29 or 30 tokens, 24 steps of 200: more than four epochs.
    expect(broken.conflicts).toEqual([])
    expect(broken.stored).toEqual(whole.stored)
    expect(world.weights(broken.run).equals(world.weights(whole.run))).toBe(true)
  })

  it('are refused when the capture was deleted, is damaged, lacks a site or is of other tokens', async () => {
    const refusal = async (stored: StoredSide, params = PARAMS) =>
      (await world.train(await insert(stored, params))).outcomes[0] as { code?: string; message?: string }
    const gone = await capture()
    await rm(folderOf(gone), { recursive: true })
    expect(await refusal(gone)).toMatchObject({ code: 'file_not_found', message: expect.stringContaining('deleted') })
    const torn = await capture()
    await truncate(join(folderOf(torn), torn.shards[1]!), 1000)
    expect(await refusal(torn)).toMatchObject({
      code: 'data_damaged',
      message: expect.stringContaining(torn.shards[1]!),
    })
    const narrow = await capture({ sites: [OTHER] })
    expect(await refusal(narrow)).toMatchObject({ code: 'file_invalid', message: expect.stringContaining(setup.SITE) })
    const stored = await capture()
    const other = openCapture(world.dataDir, stored, randomUUID(), WIDTHS)
    await expect(other).rejects.toMatchObject({ code: 'tokenization_mismatch' })
  })
})
