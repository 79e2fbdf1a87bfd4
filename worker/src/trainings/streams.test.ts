// Several SAEs on one stream, and trainings that begin from another's checkpoint.
import { readdirSync } from 'node:fs'
import { LanguageModel } from '@mistudio/interp/models'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import * as setup from '../extractions/testing.js'
import { endings, go, killedAfter, paramsOf, TrainingWorld } from './testing/world.js'

const TOPK = paramsOf({ architecture: 'topk', k: 8 })
const WIDE = paramsOf({ architecture: 'standard', l1Coefficient: 0.01, expansion: 3 })
const OTHER_SITE = paramsOf({ architecture: 'jumprelu', site: setup.SITE.replace('hook_resid_post', 'hook_mlp_out') })

describe.skipIf(!setup.databaseUrl)('trainings on streams', () => {
  let world: TrainingWorld
  beforeAll(async () => {
    world = await TrainingWorld.open()
  })
  afterAll(() => world.close())
  afterEach(() => vi.restoreAllMocks())
  const rowOf = (id: string) => world.row('training', id)

  it('give each SAE the weights it gets alone, from one forward pass per batch', async () => {
    const forward = vi.spyOn(LanguageModel.prototype, 'forward')
    const passes = () => forward.mock.calls.filter(([, { capture = [] }]) => capture.length > 0).length
    const alone: Buffer[] = []
    const before = []
    for (const params of [TOPK, WIDE, OTHER_SITE]) {
      forward.mockClear()
      const { run } = await world.train(await world.insert({ ...params, evalEvery: 1000 }))
      alone.push(world.weights(run))
      before.push(passes())
    }
    forward.mockClear()
    const params = [TOPK, WIDE, OTHER_SITE].map((one) => ({ ...one, evalEvery: 1000 }))
    const { run, outcomes } = await world.train(await world.insert(...params))
    expect(endings(outcomes)).toEqual(['completed'])
    expect(alone.map((weights, n) => world.weights(run, n).equals(weights))).toEqual([true, true, true])
    // Evaluations at the end, one batch of each text per SAE, come on top.
    expect(passes()).toBe(before[0]! + 2 * 2)
  })

  it('go on together, with the same bits and figures, after a kill', async () => {
    const whole = await world.train(await world.insert(TOPK, WIDE))
    const broken = await world.train(await world.insert(TOPK, WIDE), [
      killedAfter(15),
      (rows) => (rows > 3 ? 'suspend' : 'run'),
      go,
    ])
    expect(endings(broken.outcomes)).toEqual(['killed', 'suspended', 'completed'])
    expect(broken.conflicts).toEqual([])
    expect(broken.stored).toEqual(whole.stored)
    for (const n of [0, 1]) expect(world.weights(broken.run, n).equals(world.weights(whole.run, n))).toBe(true)
  })

  it('lose only the SAE that diverges, which keeps its last good checkpoint', async () => {
    // A second moment without memory divides the first one by next to nothing where a feature does not fire.
    const wild = paramsOf({ architecture: 'topk', k: 8, adamBeta2: 0, adamEps: 1e-30, checkpointEvery: 1 })
    const run = await world.insert({ ...TOPK, checkpointEvery: 1 }, wild)
    const { outcomes } = await world.train(run, [go, go])
    expect(endings(outcomes)).toEqual(['completed_with_errors', 'completed_with_errors'])
    const [good, bad] = await Promise.all(run.members.map(({ trainingId }) => rowOf(trainingId)))
    expect(good).toMatchObject({ step: 24, alerts: [] })
    expect(bad.sae_id).toBe(null)
    const { step } = bad.alerts.find(({ kind }: { kind: string }) => kind === 'diverged')
    // The loss of a step is that of the weights one step before: their checkpoint is as bad.
    expect(bad.checkpoints.map((checkpoint: { step: number }) => checkpoint.step)).toEqual([step - 2])
    expect(readdirSync(world.checkpointFolder(run, 1))).toEqual([String(step - 2)])
  })

  it('a longer training is the shorter one gone on: with a constant rate, the same weights', async () => {
    const constant = paramsOf({ architecture: 'jumprelu', lrSchedule: 'constant', steps: 30 })
    const whole = await world.train(await world.insert(constant))
    const short = await world.insert({ ...constant, steps: 20 })
    await world.train(short)
    const longer = await world.insert(constant)
    longer.members[0]!.parent = { trainingId: short.members[0]!.trainingId, step: 20 }
    const { stored } = await world.train(longer)
    expect(stored.has('loss@20')).toBe(false)
    expect(stored.get('loss@22')).toBe(whole.stored.get('loss@22'))
    expect(world.weights(longer).equals(world.weights(whole.run))).toBe(true)
    expect((await world.row('run', longer.members[0]!.trainingId)).summary.tokens).toBe(30 * 200)
  })

  it('a branch with another learning rate leaves its parent as it is, and says when its checkpoint is gone', async () => {
    const parent = await world.insert(TOPK)
    await world.train(parent)
    const weights = world.weights(parent)
    const { trainingId } = parent.members[0]!
    const branch = await world.insert({ ...TOPK, steps: 30, learningRate: 1e-4 })
    branch.members[0]!.parent = { trainingId, step: 24 }
    expect(endings((await world.train(branch)).outcomes)).toEqual(['completed'])
    expect(world.weights(branch).equals(weights)).toBe(false)
    expect(world.weights(parent).equals(weights)).toBe(true)
    const late = await world.insert({ ...TOPK, steps: 30 })
    late.members[0]!.parent = { trainingId, step: 5 }
    expect((await world.train(late)).outcomes[0]).toMatchObject({ code: 'conflict' })
  })

  it('keeps the best checkpoint beside the newest ones, and the one that a branch waits for', async () => {
    const run = await world.insert({ ...TOPK, keepBest: true, keepCheckpoints: 1, evalEvery: 6 })
    const { trainingId } = run.members[0]!
    await world.train(run, [(rows) => (rows > 8 ? 'suspend' : 'run')])
    const [waited] = (await rowOf(trainingId)).checkpoints.map(({ step }: { step: number }) => step)
    const child = await world.insert({ ...TOPK, steps: 30 })
    await world.database.pool.query('UPDATE training SET parent_id = $2, parent_step = $3 WHERE id = $1', [
      ...[child.members[0]!.trainingId, trainingId, waited],
    ])
    await world.train(run)
    const { checkpoints } = await rowOf(trainingId)
    const steps: number[] = checkpoints.map(({ step }: { step: number }) => step)
    expect(steps).toContain(waited)
    expect(steps).toContain(24)
    expect(checkpoints.filter(({ best }: { best?: boolean }) => best)).toMatchObject([{ step: 18 }])
    expect(
      readdirSync(world.checkpointFolder(run))
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(steps)
  })
})
