import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError, ModelInspectionSchema } from '@mistudio/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inspectModel, inspectPipeline } from './inspect.pipeline.js'
import { ModelStore } from './model-store.js'
import { promptIds } from './prompt.js'

const DEMO = fileURLToPath(new URL('../../../demo/tiny-stories-1m', import.meta.url))
const STORIES = fileURLToPath(new URL('../../../demo/stories.jsonl', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mistudio-model-'))
  cpSync(DEMO, folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Changes fields of a JSON file of the copied model. */
function edit(name: string, change: object): void {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }))
}

/** Code and message of the AppError that refuses the folder. */
async function refusal(path = folder): Promise<string> {
  const error = await inspectModel(path).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${String(error)}`)
  return `${error.code}: ${error.message}`
}

describe('model.inspect', () => {
  it('says what the demo model is', async () => {
    const inspection = ModelInspectionSchema.parse(await inspectModel(DEMO))
    expect(inspection).toMatchObject({
      suggestedName: 'tiny-stories-1m',
      spec: {
        architecture: 'llama',
        parameters: 1_049_728,
        storedDtype: 'float16',
        eosTokenIds: [0],
        maxPositions: 256,
      },
      tokenizer: { vocabSize: 2048 },
      warnings: [],
    })
    const site = inspection.sites.find(({ name }) => name === 'blocks.2.hook_resid_post')
    expect(site).toEqual({
      name: 'blocks.2.hook_resid_post',
      layer: 2,
      kind: 'token',
      width: 128,
      shape: 'batch × seq × 128',
    })
    expect(inspectPipeline.parse({ path: DEMO })).toEqual({ path: DEMO })
  })

  it('refuses what is not usable, naming file and reason', async () => {
    expect(await refusal(join(folder, 'absent'))).toMatch(/file_not_found: There is no folder/)
    expect(await refusal(join(folder, 'config.json'))).toMatch(/model_invalid: .*Choose the folder/)
    edit('config.json', { model_type: 'mamba' })
    expect(await refusal()).toMatch(/model_unsupported: Models of type mamba/)
    edit('config.json', { model_type: 'llama', intermediate_size: 385 })
    expect(await refusal()).toMatch(/model_invalid: .*gate_proj.weight: shape \[384, 128\], expected \[385, 128\]/)
    edit('config.json', { intermediate_size: 384 })
    truncateSync(join(folder, 'model.safetensors'), 5000)
    expect(await refusal()).toMatch(/model_invalid: /)
    rmSync(join(folder, 'model.safetensors'))
    expect(await refusal()).toMatch(/file_not_found: .*no weights/)
    writeFileSync(join(folder, 'pytorch_model.bin'), 'pickle')
    expect(await refusal()).toMatch(/model_unsupported: .*[Pp]ickle/)
  })

  it('refuses a tokenizer with ids beyond the embedding', async () => {
    const tokenizer = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')) as { added_tokens: object[] }
    const extra = { ...tokenizer.added_tokens[0], id: 2048, content: '<|extra|>' }
    edit('tokenizer.json', { added_tokens: [...tokenizer.added_tokens, extra] })
    expect(await refusal()).toMatch(/tokenizer_invalid: .*ids up to 2048.*only 2048 rows/)
  })
})

describe('model store', () => {
  it('refuses a model that would not fit before it is loaded, and opens it once there is room', async () => {
    let available = 1e6
    const store = new ModelStore(() => available)
    await expect(store.open(folder, 1, 'float32')).rejects.toMatchObject({ code: 'out_of_memory' })
    available = 1e9
    expect((await store.open(folder, 1, 'float32')).model.spec.dModel).toBe(128)
    await store.release()
  })

  it('opens a model at the precision asked for, each one apart', async () => {
    const store = new ModelStore()
    const [full, int8] = [await store.open(DEMO, 1, 'float32'), await store.open(DEMO, 1, 'int8')]
    expect([full.model.precision, int8.model.precision]).toEqual(['float32', 'int8'])
    const tokens = promptIds(full.tokenizer, 'Once upon a time there was a little girl.')
    const input = { tokens, batch: 1, seq: tokens.length }
    const [a, b] = [await full.model.logits(input), await int8.model.logits(input)]
    expect(b).not.toEqual(a)
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1)
    await expect(store.open(DEMO, 1, 'float16')).rejects.toMatchObject({ code: 'model_unsupported' })
    await store.release()
  })

  it('keeps a model open until its files change', async () => {
    const store = new ModelStore()
    const first = await store.open(folder, 1, 'float32')
    expect(await store.open(folder, 1, 'float32')).toBe(first)
    edit('config.json', { max_position_embeddings: 128 })
    const second = await store.open(folder, 1, 'float32')
    expect(second).not.toBe(first)
    expect(second.model.contextLimit).toBe(128)
    await store.release()
  })

  it('gives the losses on the demo stories that the reference measured: 1.551 nats, 7.625 with the site ablated', async () => {
    const store = new ModelStore()
    const { model, tokenizer } = await store.open(DEMO, 2, 'float32')
    const site = 'blocks.2.hook_resid_post'
    const texts = readFileSync(STORIES, 'utf8').split('\n').slice(0, 300)
    const ids = texts.flatMap((line) => [...promptIds(tokenizer, (JSON.parse(line) as { text: string }).text)])
    const [batch, seq, runs] = [16, 256, 10]
    const sums = { plain: 0, ablated: 0 }
    for (let run = 0; run < runs; run++) {
      const tokens = Int32Array.from(ids.slice(run * batch * seq, (run + 1) * batch * seq))
      const zero = { site, kind: 'replace', value: new Float32Array(128) } as const
      for (const loss of await model.loss({ tokens, batch, seq })) sums.plain += loss
      for (const loss of await model.loss({ tokens, batch, seq }, [zero])) sums.ablated += loss
    }
    await store.release()
    const count = runs * batch * (seq - 1)
    expect(Math.abs(sums.plain / count - 1.551)).toBeLessThan(0.02)
    expect(Math.abs(sums.ablated / count - 7.625)).toBeLessThan(0.02)
  })
})
