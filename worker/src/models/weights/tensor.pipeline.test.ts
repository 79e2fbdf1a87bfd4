import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ModelTensorSchema, TensorStatisticsSchema } from '@mistudio/contracts'
import { openTensorSource } from '@mistudio/formats'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { DEMO, MODEL_ID, recorded, temporaryModel } from '../testing.js'
import { tensorPipeline } from './tensor.pipeline.js'
import { tensorsPipeline } from './tensors.pipeline.js'

let model: ReturnType<typeof temporaryModel>
let data: ReturnType<typeof temporaryModel>
beforeEach(() => {
  model = temporaryModel(DEMO)
  data = temporaryModel()
})
afterEach(() => {
  model.remove()
  data.remove()
})

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const NAME = 'model.layers.1.self_attn.q_proj.weight'
const ask = async (tensor: string, control: 'run' | 'cancel' = 'run') => {
  const { context } = recorded({ modelId: MODEL_ID, path: model.path, tensor }, data.path, () => control)
  return tensorPipeline.run(context)
}
const answered = async () => {
  const outcome = await ask(NAME)
  if (outcome.state !== 'completed') throw new Error(`it ended as ${outcome.state}`)
  return TensorStatisticsSchema.parse(outcome.result)
}

it('lists the tensors of the demo model with part and layer, every value once', async () => {
  const outcome = await tensorsPipeline.run(recorded({ path: DEMO }, data.path).context)
  const tensors = z.array(ModelTensorSchema).parse(outcome.state === 'completed' ? outcome.result : null)
  expect(tensors.find(({ name }) => name === NAME)).toEqual({
    name: NAME,
    shape: [128, 128],
    dtype: 'F16',
    bytes: 32_768,
    count: 16_384,
    part: 'attention',
    layer: 1,
  })
  expect(tensors[0]).toMatchObject({ part: 'embedding', layer: null })
  expect(tensors.reduce((sum, { count }) => sum + count, 0)).toBe(1_049_728)
})

it('gives the statistics of the values in the file', async () => {
  const values = [...(await (await openTensorSource(DEMO)).float32(NAME))]
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const found = await answered()
  expect(found.mean).toBeCloseTo(mean, 12)
  expect(found.norm).toBeCloseTo(Math.hypot(...values), 8)
  expect(found.rows?.count).toBe(128)
  expect(found.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length)
})

it('keeps what it computed until the files change', async () => {
  await answered()
  const folder = join(data.path, 'models', MODEL_ID, 'tensors')
  const [file] = readdirSync(folder)
  const path = join(folder, file!)
  const kept = z.object({ fingerprint: z.string(), statistics: TensorStatisticsSchema }).parse(json(path))
  writeFileSync(path, JSON.stringify({ ...kept, statistics: { ...kept.statistics, mean: 42 } }))
  expect((await answered()).mean).toBe(42)
  utimesSync(join(model.path, 'model.safetensors'), 1, 1)
  expect((await answered()).mean).not.toBe(42)
})

it('refuses unknown tensors, and ends when it is taken back', async () => {
  await expect(ask('nothing')).rejects.toMatchObject({ code: 'not_found' })
  expect(await ask(NAME, 'cancel')).toEqual({ state: 'cancelled' })
})
