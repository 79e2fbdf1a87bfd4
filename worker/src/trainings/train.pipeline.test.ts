// A whole training on the demo model against PostgreSQL: uninterrupted, killed, suspended, stopped and cancelled.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type MetricValues,
  type TrainingEstimate,
  TrainingParamsSchema,
  type TrainingRunParams,
  type TrainingSummary,
} from '@mistudio/contracts'
import { readSaeLensFolder } from '@mistudio/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as setup from '../extractions/testing.js'
import { saeStore } from '../features/index.js'
import { modelStore } from '../models/model-store.js'
import type { Control, Outcome } from '../runner/context.js'
import { estimatePipeline } from './estimate.pipeline.js'
import { trainPipeline } from './train.pipeline.js'

const SIZE = 32
const PARAMS = TrainingParamsSchema.parse({
  ...{ site: setup.SITE, expansion: 2, k: 8, steps: 24, batchSize: 200, warmupSteps: 4, decaySteps: 6 },
  ...{ logEvery: 2, evalEvery: 10, evalTokens: 256, checkpointEvery: 5, bufferContexts: 16, deadWindow: 5, seed: 3 },
})

describe.skipIf(!setup.databaseUrl)('training on the demo model', () => {
  let database: setup.TestDatabase
  let dataDir: string
  let subjects: setup.Subjects

  beforeAll(async () => {
    database = await setup.createTestDatabase()
    dataDir = mkdtempSync(join(tmpdir(), 'mistudio-'))
    subjects = await setup.insertSubjects(database.pool, 64, 8, SIZE)
    await setup.writeTokens(join(dataDir, 'tokenizations', subjects.tokenizationId), 60, SIZE)
  })
  afterAll(async () => {
    await modelStore.release()
    await saeStore.release()
    await database.drop()
    rmSync(dataDir, { recursive: true })
  })

  async function insertTraining(): Promise<TrainingRunParams> {
    const [trainingId, saeId] = [randomUUID(), randomUUID()]
    await database.pool.query(`INSERT INTO run (id, kind, name) VALUES ($1, 'training', 'test')`, [trainingId])
    await database.pool.query(
      `INSERT INTO training (id, model_id, model_name, tokenization_id, dataset_name, params, d_in, d_sae)
       VALUES ($1, $2, 'demo', $3, 'stories', $4, 128, 256)`,
      [trainingId, subjects.modelId, subjects.tokenizationId, JSON.stringify(PARAMS)],
    )
    return {
      ...{ trainingId, saeId, name: 'sae', modelId: subjects.modelId, modelName: 'demo', modelPath: setup.MODEL_PATH },
      ...{ tokenizationId: subjects.tokenizationId, datasetName: 'stories', precision: 'float32', params: PARAMS },
    }
  }

  /** One attempt per entry: `control` sees how many metric rows were reported in it; it may throw, as a kill would end it. */
  async function train(attempts: readonly ((rows: number, stage: string) => Control)[], params?: TrainingRunParams) {
    const run = params ?? (await insertTraining())
    const outcomes: (Outcome | Error)[] = []
    const stored = new Map<string, number | null>()
    const conflicts: string[] = []
    for (const [i, control] of attempts.entries()) {
      let rows = 0
      const base = setup.testJob(database, dataDir, 'training.run', run, {
        attempt: i + 1,
        control: (stage) => control(rows, stage),
      })
      const metrics = (step: number, values: MetricValues) => {
        rows++
        for (const [key, value] of Object.entries(values)) {
          if (key === 'tokens_per_second') continue
          const at = `${key}@${step}`
          if (stored.has(at) && stored.get(at) !== value) conflicts.push(at)
          stored.set(at, value)
        }
      }
      outcomes.push(await trainPipeline.run({ ...base, threads: 2, metrics }).catch((error: Error) => error))
    }
    return { run, outcomes, stored, conflicts }
  }
  const go = (): Control => 'run'
  const weights = (saeId: string) => readFileSync(join(dataDir, 'saes', saeId, 'sae_weights.safetensors'))
  const checkpointFolder = (id: string) => join(dataDir, 'trainings', id, 'checkpoints')
  const rowOf = async (table: string, id: string) =>
    (await database.pool.query(`SELECT * FROM ${table} WHERE id = $1`, [id])).rows[0]

  it('trains, evaluates on held-out text and saves an SAE that gives the reported figures', async () => {
    const { run, outcomes, stored } = await train([go, go])
    const { result } = outcomes[0] as { result: { saeId: string; summary: TrainingSummary } }
    const { summary } = result
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(summary).toMatchObject({ steps: 24, tokens: 4800, heldOutTokens: 256 })
    expect(stored.get('mse@24')).toBeLessThan(stored.get('mse@2')!)
    expect(summary.ceZero).toBeGreaterThan(summary.ceSae)
    expect(summary.ceSae).toBeGreaterThan(summary.ceClean)
    expect(summary.kl).toBeGreaterThan(0)
    expect(stored.has('ce_recovered@10')).toBe(true)
    const row = await rowOf('sae', run.saeId)
    expect(row).toMatchObject({
      site: setup.SITE,
      d_in: 128,
      d_sae: 256,
      k: 8,
      context_size: SIZE,
      training_id: run.trainingId,
    })
    expect(await rowOf('training', run.trainingId)).toMatchObject({ step: 24, sae_id: run.saeId })
    expect((await rowOf('run', run.trainingId)).summary).toEqual(summary)
    const { cfg } = await readSaeLensFolder(join(dataDir, 'saes', run.saeId))
    expect(cfg).toMatchObject({ architecture: 'topk', k: 8, metadata: { hook_name: setup.SITE, context_size: SIZE } })
    const sae = await saeStore.open(join(dataDir, 'saes', run.saeId), 2)
    expect([sae.dIn, sae.dSae, sae.cfg['k']]).toEqual([128, 256, 8])
  })

  it('ends with the same bits after a kill, a suspension and a pause, and replays no metric with another value', async () => {
    const whole = await train([go])
    const broken = await train([
      (rows) => {
        if (rows > 6) throw new Error('killed')
        return 'run'
      },
      (rows) => (rows > 2 ? 'suspend' : 'run'),
      (rows) => (rows > 1 ? 'pause' : 'run'),
      (_, stage) => {
        if (stage === 'evaluating') throw new Error('killed')
        return 'run'
      },
      go,
    ])
    expect(broken.outcomes.map((outcome) => (outcome instanceof Error ? outcome.message : outcome.state))).toEqual([
      'killed',
      'suspended',
      'paused',
      'killed',
      'completed',
    ])
    expect(broken.conflicts).toEqual([])
    expect(broken.stored).toEqual(whole.stored)
    expect(weights(broken.run.saeId).equals(weights(whole.run.saeId))).toBe(true)
    expect(readdirSync(checkpointFolder(broken.run.trainingId)).length).toBeLessThanOrEqual(PARAMS.keepCheckpoints)
  })

  it('passes over a damaged checkpoint to the one before', async () => {
    const whole = await train([go])
    const first = await train([(rows) => (rows > 6 ? 'suspend' : 'run')])
    const folder = checkpointFolder(first.run.trainingId)
    const [newest] = readdirSync(folder)
      .map(Number)
      .sort((a, b) => b - a)
    const file = join(folder, String(newest), 'state.safetensors')
    const bytes = readFileSync(file)
    bytes[bytes.length - 5]! ^= 1
    writeFileSync(file, bytes)
    const second = await train([go], first.run)
    expect(second.outcomes[0]).toMatchObject({ state: 'completed' })
    expect(weights(first.run.saeId).equals(weights(whole.run.saeId))).toBe(true)
  })

  it('stop saves the SAE of the current step; cancel leaves no checkpoint', async () => {
    const stopped = await train([(rows) => (rows > 3 ? 'stop' : 'run')])
    const { result } = stopped.outcomes[0] as { result: { summary: TrainingSummary } }
    expect(result.summary.steps).toBe(8)
    expect(existsSync(join(dataDir, 'saes', stopped.run.saeId, 'cfg.json'))).toBe(true)
    const cancelled = await train([(rows) => (rows > 6 ? 'cancel' : 'run')])
    expect(cancelled.outcomes[0]).toEqual({ state: 'cancelled' })
    expect(existsSync(checkpointFolder(cancelled.run.trainingId))).toBe(false)
    expect((await rowOf('training', cancelled.run.trainingId)).checkpoints).toEqual([])
  })

  it('estimates memory and time', async () => {
    const params = {
      ...{ modelPath: setup.MODEL_PATH, precision: 'float32' as const },
      ...{ tokenizationId: subjects.tokenizationId, params: PARAMS },
    }
    const job = setup.testJob(database, dataDir, 'training.estimate', params)
    const { result } = (await estimatePipeline.run(job)) as { result: TrainingEstimate }
    expect(result).toMatchObject({ dIn: 128, dSae: 256, tokens: 4800 })
    expect(result.memory.weights).toBe(4 * (2 * 128 * 256 + 256 + 128))
    expect(result.seconds).toBeGreaterThan(0)
  })

  it('refuses a site the model does not have', async () => {
    const run = await insertTraining()
    const other = { ...run, params: { ...PARAMS, site: 'blocks.99.hook_resid_post' } }
    const { outcomes } = await train([go], other)
    expect(outcomes[0]).toMatchObject({ code: 'site_unknown' })
  })
})
