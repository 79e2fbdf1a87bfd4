import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ParityReport, ParityReportSchema } from '@mistudio/contracts'
import { SafetensorsFile, writeSafetensors } from '@mistudio/formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWeightsFolder } from './model-folder.js'
import { registerPipeline } from './register.pipeline.js'
import { DEMO, MODEL_ID, ROOT, recorded, temporaryModel } from './testing.js'
import { verifyPipeline } from './verify.pipeline.js'

let folder: ReturnType<typeof temporaryModel>
let data: ReturnType<typeof temporaryModel>
beforeEach(() => {
  folder = temporaryModel()
  data = temporaryModel()
})
afterEach(() => {
  folder.remove()
  data.remove()
})

const params = (path: string) => registerPipeline.parse({ modelId: MODEL_ID, path, name: 'tiny' })
const reportFile = (): ParityReport =>
  ParityReportSchema.parse(JSON.parse(readFileSync(join(data.path, 'models', MODEL_ID, 'parity.json'), 'utf8')))

describe('model.register', () => {
  it('puts the demo model through every check and writes row and report', async () => {
    const { context, written, stages } = recorded(params(DEMO), data.path)
    const outcome = await registerPipeline.run(context)
    expect(written).toHaveLength(1)
    const [row] = written
    const report = ParityReportSchema.parse(row!['parity_report'])
    expect(report.checks.map(({ name, pass }) => [name, pass])).toEqual([
      ['finite values', true],
      ['next-token loss', true],
      ['determinism', true],
      ['cache against no cache', true],
      ['tokenizer round trip', true],
      ['KL at int8', true],
      ['KL at int4', true],
    ])
    const losses = report.checks.flatMap(({ loss }) => (loss ? [loss] : []))
    expect(losses.map(({ precision, positions }) => [precision, positions])).toEqual([
      ['int8', 157],
      ['int4', 157],
    ])
    const [int8, int4] = losses.map(({ meanKl }) => meanKl!)
    expect(row).toMatchObject({ precision: 'float32', parity: { losses } })
    expect(int8).toBeGreaterThan(0)
    expect(int8).toBeLessThan(0.01)
    expect(int4).toBeGreaterThan(int8!)
    expect(report.skipped.map(({ group }) => group)).toEqual(['golden'])
    expect(outcome).toMatchObject({ state: 'completed', result: { passed: 4, failed: 0, measured: 3, remarks: 0 } })
    expect(row).toMatchObject({ parity: { passed: 4, failed: 0 }, self_check: { finite: true }, warnings: [] })
    const loss = report.checks.find(({ name }) => name === 'next-token loss')
    expect(loss?.figure).toBeLessThan(4)
    expect(loss?.tolerance).toBe(Math.log(2048))
    expect(reportFile()).toEqual(report)
    const weights = report.model.files.find(({ name }) => name === 'model.safetensors')
    const sha256 = createHash('sha256')
      .update(readFileSync(join(DEMO, 'model.safetensors')))
      .digest('hex')
    expect(weights).toMatchObject({ sha256 })
    expect(report.environment.runtime).toMatch(/^onnxruntime-cpu \d+\.\d+/)
    expect(stages).toEqual(expect.arrayContaining(['inspecting', 'determinism', 'stored values', 'hashing files']))
  })

  it('runs the checks at the precision asked for, against float32, and stores it', async () => {
    const { context, written } = recorded({ ...params(DEMO), precision: 'int8' as const }, data.path)
    await registerPipeline.run(context)
    const { environment, checks, skipped } = ParityReportSchema.parse(written[0]!['parity_report'])
    expect(written[0]).toMatchObject({ precision: 'int8', parity: { failed: 0 } })
    expect(environment.precision).toBe('int8')
    expect(checks.map(({ loss }) => loss?.precision).filter(Boolean)).toEqual(['int8', 'int4'])
    const int8 = checks.find(({ loss }) => loss?.precision === 'int8')!.loss!
    expect(int8.meanKl).toBeGreaterThan(0)
    // The loss check of the same report read the same text at int8.
    const nats = checks.find(({ name }) => name === 'next-token loss')!.figure!
    expect(int8.perplexity).toBeCloseTo(Math.exp(nats), 2)
    expect(int8.originalPerplexity).not.toBe(int8.perplexity)
    expect(skipped.map(({ group }) => group)).toEqual(['golden'])
  })

  it('takes parameters of earlier versions as float32', () => {
    expect(params(DEMO).precision).toBe('float32')
    expect(verifyPipeline.parse({ modelId: MODEL_ID, path: DEMO }).precision).toBe('float32')
  })

  it('describes how the model is put together', async () => {
    const { context, written } = recorded(params(DEMO), data.path)
    await registerPipeline.run(context)
    const {
      structure,
      spec,
      absent_sites: absent,
    } = written[0] as {
      structure: { parts: { parameters: number; storedBytes: number }[]; blocks: object[]; unembedding: object }
      spec: { parameters: number }
      absent_sites: { name: string; reason: string }[]
    }
    const sum = structure.parts.reduce((total, { parameters }) => total + parameters, 0)
    expect(sum).toBe(spec.parameters)
    expect(structure.parts.reduce((total, { storedBytes }) => total + storedBytes, 0)).toBe(2 * spec.parameters)
    expect(structure.blocks).toHaveLength(4)
    expect(structure.unembedding).toMatchObject({ tied: true, parameters: 0 })
    expect(absent.find(({ name }) => name === 'hook_pos_embed')?.reason).toMatch(/rotating/)
  })

  it('stops without writing when cancelled', async () => {
    const { context, written } = recorded(params(DEMO), data.path, () => 'cancel')
    expect(await registerPipeline.run(context)).toEqual({ state: 'cancelled' })
    expect(written).toEqual([])
  })
})

describe('a model whose numbers are not finite', () => {
  beforeEach(async () => {
    folder.remove()
    folder = temporaryModel(DEMO)
    const { source } = await openWeightsFolder(DEMO)
    const tensors = await Promise.all(
      source.names().map(async (name) => {
        const data = await source.float32(name)
        if (name === 'model.layers.2.mlp.down_proj.weight') data[5] = Number.NaN
        return { name, dtype: 'F32', shape: [...source.info(name).shape], data } as const
      }),
    )
    await writeSafetensors(join(folder.path, 'model.safetensors'), tensors)
  })

  it('is refused at registration', async () => {
    const { context, written } = recorded(params(folder.path), data.path)
    await expect(registerPipeline.run(context)).rejects.toMatchObject({ code: 'model_invalid' })
    expect(written).toEqual([])
  })

  it('keeps its row with a report of what failed when checked again', async () => {
    const { context, written } = recorded(params(folder.path), data.path)
    expect(await verifyPipeline.run(context)).toMatchObject({ state: 'completed' })
    const failed = reportFile().checks.filter(({ pass }) => !pass)
    expect(failed.map(({ name }) => name)).toContain('finite values')
    expect(failed.find(({ name }) => name === 'finite values')?.detail).toContain('blocks.2.hook_resid_post')
    expect(written[0]!['warnings']).toEqual([expect.stringMatching(/parity checks failed: finite values/)])
  })
})

describe('stored values beside a model', () => {
  /** Characters as tokens, as many as the fixture has rows. */
  const characters = (): object => {
    const vocab = Object.fromEntries(
      Array.from({ length: 94 }, (_, i) => [String.fromCharCode(33 + i), i]).concat([['Ġ', 94]]),
    )
    const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
    const model = { type: 'BPE', unk_token: '!', vocab, merges: [] }
    return { version: '1.0', added_tokens: [], pre_tokenizer: level, decoder: level, model }
  }
  beforeEach(() => {
    folder.remove()
    folder = temporaryModel(join(ROOT, 'fixtures/models/gpt2'))
    writeFileSync(join(folder.path, 'tokenizer.json'), JSON.stringify(characters()))
  })
  const goldenChecks = async () => {
    const { context } = recorded(params(folder.path), data.path)
    await verifyPipeline.run(context)
    return reportFile().checks.filter(({ group }) => group === 'golden')
  }

  it('are compared in every way the model can be run', async () => {
    const checks = await goldenChecks()
    expect(checks.filter(({ pass }) => !pass)).toEqual([])
    expect(new Set(checks.map(({ variant }) => JSON.stringify(variant))).size).toBe(4)
    const site = checks.find(({ name }) => name === 'blocks.1.hook_resid_post')
    expect(site?.figure).toBeGreaterThan(0)
    expect(site?.mean).toBeLessThan(site!.figure!)
    expect(site).toMatchObject({ tolerance: 1e-4, count: (24 + 19) * 48 })
  })

  it('fail the report when they are wrong, of another model, or no such values', async () => {
    const stored = await SafetensorsFile.open(join(folder.path, 'golden.safetensors'))
    const changed = await Promise.all(
      stored.names().map(async (name) => {
        const data = await stored.float32(name)
        if (name === 'blocks.0.hook_mlp_out') data[3]! += 1
        return { name, dtype: 'F32', shape: [...stored.info(name).shape], data } as const
      }),
    )
    await writeSafetensors(join(folder.path, 'golden.safetensors'), changed)
    const failed = async () => (await goldenChecks()).filter(({ pass }) => !pass)
    expect(new Set((await failed()).map(({ name }) => name))).toEqual(new Set(['blocks.0.hook_mlp_out']))
    const other = join(ROOT, 'fixtures/models/gpt2_noprefix')
    copyFileSync(join(other, 'golden.safetensors'), join(folder.path, 'golden.safetensors'))
    expect(await failed()).toMatchObject([{ name: 'stored values', detail: expect.stringMatching(/another model/) }])
    writeFileSync(join(folder.path, 'golden.json'), '{"format": 1}')
    expect(await failed()).toMatchObject([{ name: 'stored values', detail: expect.stringMatching(/valid_lengths/) }])
  })
})
