// Reading ahead and a buffer on disk change no number: the same bits with and without, also after kills; and when they happen.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as setup from '../../extractions/testing.js'
import { endings, go, killedAfter, paramsOf, TrainingWorld } from '../testing/world.js'
import { overlaps, planBuffer } from './buffer-plan.js'

const PARAMS = paramsOf({ architecture: 'topk', k: 8, overlap: 'off' })

it('reads ahead by itself from a capture, or where twice the threads have cores', () => {
  const auto = { overlap: 'auto' as const }
  expect(overlaps(auto, { fromCapture: false, threads: 2, cores: 2 })).toBe(false)
  expect(overlaps(auto, { fromCapture: false, threads: 2, cores: 4 })).toBe(true)
  expect(overlaps(auto, { fromCapture: true, threads: 2, cores: 2 })).toBe(true)
  expect(overlaps({ overlap: 'on' }, { fromCapture: false, threads: 2, cores: 2 })).toBe(true)
  expect(overlaps({ overlap: 'off' }, { fromCapture: true, threads: 1, cores: 8 })).toBe(false)
})

it('puts blocks on disk when all of them together exceed what may be in memory', () => {
  const units = { perContext: 2 ** 20, perPass: 2 }
  const facts = { fromCapture: false, threads: 2, cores: 2 }
  const plan = (
    bufferMemory: number | null,
    overlap: 'on' | 'off',
    bufferPrecision: 'float32' | 'float16' = 'float32',
  ) => planBuffer({ bufferContexts: 100, bufferMemory, bufferPrecision, overlap }, units, facts)
  expect(plan(null, 'on')).toMatchObject({ blocks: 2, onDisk: false, bytes: 200 * 2 ** 20, memory: 200 * 2 ** 20 })
  expect(plan(100, 'off')).toMatchObject({ blocks: 1, onDisk: false })
  expect(plan(100, 'on')).toMatchObject({ onDisk: true, memory: 16 * 2 ** 20, partContexts: 16 })
  expect(plan(100, 'on', 'float16')).toMatchObject({ onDisk: false, bytes: 100 * 2 ** 20, memory: 116 * 2 ** 20 })
})

describe.skipIf(!setup.databaseUrl)('a training that reads ahead', () => {
  let world: TrainingWorld
  beforeAll(async () => {
    world = await TrainingWorld.open()
  })
  afterAll(() => world.close())

  it('gives the figures and weights of one that does not, also after a kill, a suspension and a pause', async () => {
    const apart = await world.train(await world.insert(PARAMS))
    const ahead = { ...PARAMS, overlap: 'on' as const }
    const together = await world.train(await world.insert(ahead))
    const broken = await world.train(await world.insert(ahead), [
      killedAfter(6),
      (rows) => (rows > 2 ? 'suspend' : 'run'),
      (rows) => (rows > 1 ? 'pause' : 'run'),
      go,
    ])
    expect(endings(together.outcomes)).toEqual(['completed'])
    expect(endings(broken.outcomes)).toEqual(['killed', 'suspended', 'paused', 'completed'])
    expect(together.stored).toEqual(apart.stored)
    expect(broken.stored).toEqual(apart.stored)
    for (const { run } of [together, broken]) expect(world.weights(run).equals(world.weights(apart.run))).toBe(true)
  })

  it.each(['float32', 'bfloat16'] as const)(
    'gives the same with its buffer on disk in %s, also after a kill, and leaves no file there',
    async (bufferPrecision) => {
      const params = {
        ...PARAMS,
        bufferPrecision,
        bufferContexts: bufferPrecision === 'float32' ? 60 : 120,
        moreSites: ['blocks.1.hook_resid_post'],
      }
      const inMemory = await world.train(await world.insert(params))
      const wanted = { ...params, bufferMemory: 1 }
      const { run, stored, outcomes } = await world.train(await world.insert(wanted), [killedAfter(6), go])
      expect(endings(outcomes)).toEqual(['killed', 'completed'])
      expect(stored).toEqual(inMemory.stored)
      expect(world.weights(run).equals(world.weights(inMemory.run))).toBe(true)
      // The folder is there because the buffer was; its files had no names.
      const { trainingId } = run.members[0]!
      expect(readdirSync(join(world.dataDir, 'trainings', trainingId, 'buffer'))).toEqual([])
      expect(existsSync(join(world.dataDir, 'trainings', inMemory.run.members[0]!.trainingId, 'buffer'))).toBe(false)
    },
  )
})
