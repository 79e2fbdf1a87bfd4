// A whole training on the demo model against PostgreSQL: uninterrupted, killed, suspended, stopped and cancelled.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JobAnswer, WarningsSchema } from '@mistudio/contracts'
import { readSaeLensFolder } from '@mistudio/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as setup from '../extractions/testing.js'
import { saeStore } from '../features/index.js'
import { estimatePipeline } from './estimate/estimate.pipeline.js'
import { endings, go, killedAfter, paramsOf, SIZE, type Trained, TrainingWorld } from './testing/world.js'

const PARAMS = paramsOf({ architecture: 'topk', k: 8 })
/** Features die at once, and begin again every sixth step. */
const REVIVED = { revival: 'resampling', resampleEvery: 6, resampleTokens: 256, resampleUntil: 0.75, deadWindow: 1 }
const BROKEN = [
  killedAfter(6),
  (rows: number) => (rows > 2 ? ('suspend' as const) : ('run' as const)),
  (rows: number) => (rows > 1 ? ('pause' as const) : ('run' as const)),
  (_: number, stage: string) => {
    if (stage === 'evaluating') throw new Error('killed')
    return 'run' as const
  },
  go,
]
const resultOf = ({ outcomes: [outcome] }: Trained): JobAnswer<'training.run'>['saes'][number] => {
  if (!outcome || !('result' in outcome)) throw new Error('The training did not end.')
  return outcome.result.saes[0]!
}

describe.skipIf(!setup.databaseUrl)('training on the demo model', () => {
  let world: TrainingWorld
  beforeAll(async () => {
    world = await TrainingWorld.open()
  })
  afterAll(() => world.close())
  const train = async (attempts = [go]) => world.train(await world.insert(PARAMS), attempts)

  it('trains, evaluates on held-out text and saves an SAE that gives the reported figures', async () => {
    const trained = await train([go, go])
    const { run, outcomes, stored } = trained
    const { summary, saeId } = resultOf(trained)
    const { trainingId } = run.members[0]!
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(summary).toMatchObject({ steps: 24, tokens: 4800, heldOutTokens: 256 })
    expect(stored.get('mse@24')).toBeLessThan(stored.get('mse@2')!)
    expect(summary.ceZero).toBeGreaterThan(summary.ceSae!)
    expect(summary.ceSae).toBeGreaterThan(summary.ceClean!)
    expect(summary.kl).toBeGreaterThan(0)
    expect(stored.has('ce_recovered@10')).toBe(true)
    const bins = Array.from({ length: 14 }, (_, bin) => stored.get(`density_${bin}@24`)!)
    expect(bins.reduce((sum, count) => sum + count, 0)).toBe(256)
    expect(bins[0]).toBe(Math.round(summary.deadShare * 256))
    expect(await world.row('sae', saeId)).toMatchObject({
      site: setup.SITE,
      architecture: 'topk',
      d_in: 128,
      d_sae: 256,
      k: 8,
      context_size: SIZE,
      training_id: trainingId,
    })
    expect(await world.row('training', trainingId)).toMatchObject({ step: 24, sae_id: saeId, alerts: [] })
    expect((await world.row('run', trainingId)).summary).toEqual(summary)
    const folder = join(world.dataDir, 'saes', saeId)
    const { cfg } = await readSaeLensFolder(folder)
    expect(cfg).toMatchObject({ architecture: 'topk', k: 8, metadata: { hook_name: setup.SITE, context_size: SIZE } })
    const sae = await saeStore.open(folder, 2)
    expect([sae.dIn, sae.dSae, sae.cfg['k']]).toEqual([128, 256, 8])
  })

  it('says with the finished job what is wrong with the SAE', async () => {
    const params = paramsOf({ architecture: 'standard', l1Coefficient: 1e4, targetL0: null })
    const [outcome] = (await world.train(await world.insert(params))).outcomes as [{ state: string; result: unknown }]
    const { warnings } = WarningsSchema.parse(outcome.result)
    expect(outcome.state).toBe('completed')
    expect(warnings.join(' ')).toMatch(/FVU is/)
  })

  it.each([
    ['topk', { k: 8 }],
    ['topk', { ...REVIVED, k: 8, auxCoefficient: 0, bufferPrecision: 'bfloat16', decoderNorm: 'unit' }],
    [
      'jumprelu',
      { ...REVIVED, l0Coefficient: 0.5, initThreshold: 1, bufferPrecision: 'float16', decoderNorm: 'at_most_one' },
    ],
    ['standard', { l1Coefficient: 5, revival: 'ghost_grads', deadWindow: 1 }],
    ['jumprelu', { sparsityLoss: 'tanh', l0Coefficient: 0.5, preActCoefficient: 1e-3, targetL0: 30 }],
    ['gated', { l1Coefficient: 0.1, targetL0: 30 }],
  ])(
    '%s ends with the same bits after a kill, a suspension and a pause, and replays no metric with another value',
    async (architecture, options) => {
      const params = paramsOf({ architecture, ...options })
      const whole = await world.train(await world.insert(params))
      const broken = await world.train(await world.insert(params), BROKEN)
      expect(endings(whole.outcomes)).toEqual(['completed'])
      expect(endings(broken.outcomes)).toEqual(['killed', 'suspended', 'paused', 'killed', 'completed'])
      expect(broken.conflicts).toEqual([])
      expect(broken.stored).toEqual(whole.stored)
      const resampled = [...whole.stored].filter(([key]) => key.startsWith('resampled@'))
      expect(resampled.map(([key]) => key)).toEqual(
        'resampleEvery' in options ? [6, 12, 18].map((n) => `resampled@${n}`) : [],
      )
      if (resampled.length > 0) expect(resampled.some(([, count]) => Number(count) > 0)).toBe(true)
      expect(world.weights(broken.run).equals(world.weights(whole.run))).toBe(true)
      expect(readdirSync(world.checkpointFolder(broken.run)).length).toBeLessThanOrEqual(PARAMS.keepCheckpoints)
    },
  )

  it('passes over a damaged checkpoint to the one before', async () => {
    const whole = await train()
    const first = await train([(rows) => (rows > 6 ? 'suspend' : 'run')])
    const folder = world.checkpointFolder(first.run)
    const [newest] = readdirSync(folder)
      .map(Number)
      .sort((a, b) => b - a)
    const file = join(folder, String(newest), 'state.safetensors')
    const bytes = readFileSync(file)
    bytes[bytes.length - 5]! ^= 1
    writeFileSync(file, bytes)
    const second = await world.train(first.run)
    expect(endings(second.outcomes)).toEqual(['completed'])
    expect(world.weights(first.run).equals(world.weights(whole.run))).toBe(true)
  })

  it('stop saves the SAE of the current step; cancel leaves no checkpoint', async () => {
    const stopped = await train([(rows) => (rows > 3 ? 'stop' : 'run')])
    expect(resultOf(stopped).summary.steps).toBe(8)
    expect(existsSync(join(world.dataDir, 'saes', resultOf(stopped).saeId, 'cfg.json'))).toBe(true)
    const cancelled = await train([(rows) => (rows > 6 ? 'cancel' : 'run')])
    expect(cancelled.outcomes[0]).toEqual({ state: 'cancelled' })
    expect(existsSync(world.checkpointFolder(cancelled.run))).toBe(false)
    expect((await world.row('training', cancelled.run.members[0]!.trainingId)).checkpoints).toEqual([])
  })

  it('estimates memory and time', async () => {
    const { tokenizationId } = world.subjects
    const params = {
      modelPath: setup.MODEL_PATH,
      precision: 'float32' as const,
      tokenizationId,
      capture: null,
      params: PARAMS,
    }
    const job = setup.testJob(world.database, world.dataDir, 'training.estimate', params)
    const outcome = await estimatePipeline.run(job)
    if (!('result' in outcome)) throw new Error('The question did not end.')
    const { result } = outcome
    expect(result).toMatchObject({ dIn: 128, dSae: 256, tokens: 4800, means: 'sharded' })
    expect(result.memory.weights).toBe(4 * (2 * 128 * 256 + 256 + 128))
    expect(result.seconds).toBeGreaterThan(0)
  })

  it('refuses a site the model does not have', async () => {
    const run = await world.insert({ ...PARAMS, site: 'blocks.99.hook_resid_post' })
    expect((await world.train(run)).outcomes[0]).toMatchObject({ code: 'site_unknown' })
  })
})
