// An ONNX export as a model of the product: registered, listed with its sites, harvested, steered; and what is refused with a reason.
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelSpec, ParityReport } from '@mistudio/contracts'
import { addVectors, GREEDY, generate } from '@mistudio/interp/generation'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harvester } from '../trainings/stream/harvest.js'
import { inspectModel } from './inspect.pipeline.js'
import { ModelStore } from './model-store.js'
import { registerPipeline } from './register.pipeline.js'
import { MODEL_ID, ROOT, recorded, temporaryModel } from './testing.js'
import { tensorsPipeline } from './weights/tensors.pipeline.js'

const SITE = 'blocks.1.hook_resid_post'
const EXPORT = join(ROOT, 'fixtures/exports/llama_gqa_llama3')
const STORED = join(ROOT, 'fixtures/models/llama_gqa_llama3')

/** Characters as tokens, as many as the embedding has rows for. */
function tokenizerJson(): object {
  const characters = Array.from({ length: 94 }, (_, i) => [String.fromCharCode(33 + i), i] as const)
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  const model = { type: 'BPE', unk_token: '!', vocab: Object.fromEntries([...characters, ['Ġ', 94]]), merges: [] }
  return { version: '1.0', added_tokens: [], pre_tokenizer: level, decoder: level, model }
}

let folder: { path: string; remove(): void }
let data: { path: string; remove(): void }
let store: ModelStore
beforeEach(() => {
  folder = temporaryModel(EXPORT)
  data = temporaryModel()
  store = new ModelStore()
  writeFileSync(join(folder.path, 'tokenizer.json'), JSON.stringify(tokenizerJson()))
})
afterEach(async () => {
  await store.release()
  folder.remove()
  data.remove()
})

describe('an ONNX export', () => {
  it('is inspected as what it is, with the sites of its graph and the reason for each that is missing', async () => {
    const { spec, structure, sites, absentSites, warnings } = await inspectModel(folder.path)
    expect(spec).toMatchObject({ format: 'onnx', architecture: 'llama', layers: 3, dModel: 48, storedDtype: 'float32' })
    expect(structure).toBeNull()
    expect(sites.find(({ name }) => name === SITE)).toMatchObject({ layer: 1, width: 48, shape: 'batch × seq × 48' })
    expect(absentSites.find(({ name }) => name === 'blocks.L.attn.hook_pattern')?.reason).toMatch(/export/)
    expect(warnings[0]).toMatch(/^An ONNX export/)
  })

  it('is registered, and its report compares it with the values stored beside it', async () => {
    for (const name of ['golden.json', 'golden.safetensors']) copyFileSync(join(STORED, name), join(folder.path, name))
    const { context, written } = recorded(registerPipeline.parse({ modelId: MODEL_ID, path: folder.path }), data.path)
    expect(await registerPipeline.run(context)).toMatchObject({ state: 'completed' })
    const report = written[0]!['parity_report'] as ParityReport
    expect(report.checks.filter(({ group, pass }) => group === 'golden' && !pass)).toEqual([])
    expect(report.checks.map(({ name }) => name)).toContain('steered_logits')
    expect(report.model.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['model.onnx', 'model.onnx_data']),
    )
    expect(report.skipped.map(({ group }) => group).sort()).toEqual(['numerics', 'precision'])
  })

  it('gives the activations that the same model gives from its weights', async () => {
    const weights = temporaryModel(STORED)
    writeFileSync(join(weights.path, 'tokenizer.json'), JSON.stringify(tokenizerJson()))
    const contexts = Uint32Array.of(0, 1, 2)
    const reader = {
      contextSize: 8,
      read: (at: number) => Int32Array.from({ length: 8 }, (_, i) => 5 + at * 11 + i * 3),
    }
    const harvest = async (path: string): Promise<Float32Array> => {
      const { model } = await store.open(path, 2, 'float32')
      const tokens = reader as unknown as ConstructorParameters<typeof Harvester>[1]
      const harvested = await new Harvester(model, tokens, new Map([[SITE, 48]]), () => {}).harvest(contexts)
      return harvested.get(SITE)!
    }
    const [found, expected] = [await harvest(folder.path), await harvest(weights.path)]
    weights.remove()
    expect(found.length).toBe(3 * 8 * 48)
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4)
  })

  it('is steered in generation', async () => {
    const { model } = await store.open(folder.path, 2, 'float32')
    const prompt = Int32Array.of(17, 63, 14, 76)
    const vectors = new Float32Array(2 * 48)
    vectors.fill(9, 48, 72)
    const rows = await generate(model, {
      prompts: [prompt, prompt],
      interventions: addVectors({ site: SITE, vectors }, [4, 4]),
      sampling: GREEDY,
      maxTokens: 6,
      seed: 1,
      eosTokenIds: [],
    })
    expect(rows[0]!.tokens).toHaveLength(6)
    expect(rows[1]!.tokens).not.toEqual(rows[0]!.tokens)
  })

  it('is not loaded at a precision of our choosing', async () => {
    const { memory } = await inspectModel(folder.path)
    const offered = memory.precisions.filter(({ unavailable }) => unavailable === null)
    expect(offered.map(({ precision }) => precision)).toEqual(['float32'])
    await expect(store.open(folder.path, 2, 'int8')).rejects.toThrow(/cannot be loaded as int8/)
  })

  it('has no list of weights, and says why', async () => {
    const { context } = recorded({ path: folder.path }, data.path)
    await expect(tensorsPipeline.run(context)).rejects.toThrow(/ONNX export: its weights are inside the graph/)
  })

  it('says plainly what rounds in it, and is not held against float32 values then', async () => {
    rmSync(join(folder.path, 'model.onnx_data'))
    cpSync(join(ROOT, 'fixtures/exports/qwen3_int4'), folder.path, { recursive: true })
    for (const name of ['golden.json', 'golden.safetensors']) {
      copyFileSync(join(ROOT, 'fixtures/models/qwen3', name), join(folder.path, name))
    }
    const { context, written } = recorded(registerPipeline.parse({ modelId: MODEL_ID, path: folder.path }), data.path)
    expect(await registerPipeline.run(context)).toMatchObject({ state: 'completed' })
    const {
      spec,
      warnings,
      parity_report: report,
    } = written[0] as {
      spec: ModelSpec
      warnings: string[]
      parity_report: ParityReport
    }
    expect(spec.export).toMatchObject({
      opened: [{ type: 'SkipSimplifiedLayerNormalization', count: 4 }],
      integerProducts: [{ type: 'MatMulNBits', bits: 4, count: 15 }],
      rangesPerPass: false,
      half: false,
    })
    expect(warnings.join(' ')).toMatch(/4 × SkipSimplifiedLayerNormalization opened .* 15 × MatMulNBits \(4 bits\)/)
    const check = (name: string) => report.checks.find((entry) => entry.name === name)
    expect(check('opened operators')).toMatchObject({ group: 'numerics', pass: true })
    expect(check('beginning against whole text')).toMatchObject({ group: 'numerics', pass: true })
    expect(report.skipped.find(({ group }) => group === 'golden')?.reason).toBe(
      'They are of float32; this export computes with int4 weights.',
    )
  })

  it('is refused with what the runtime says of an operator that it does not have', async () => {
    const graph = readFileSync(join(ROOT, 'fixtures/exports/qwen3_gqa/model.onnx'))
    for (let at = graph.indexOf('Sigmoid'); at >= 0; at = graph.indexOf('Sigmoid', at + 1)) graph.write('Sigmund', at)
    copyFileSync(join(ROOT, 'fixtures/exports/qwen3_gqa/config.json'), join(folder.path, 'config.json'))
    writeFileSync(join(folder.path, 'model.onnx'), graph)
    const refusal = inspectModel(folder.path)
    await expect(refusal).rejects.toMatchObject({ code: 'model_unsupported' })
    await expect(refusal).rejects.toThrow(/cannot be run here\. .*Sigmund/)
  })

  it('is refused when it is cut off or its data is missing', async () => {
    const graph = join(folder.path, 'model.onnx')
    writeFileSync(graph, readFileSync(graph).subarray(0, 5000))
    await expect(inspectModel(folder.path)).rejects.toMatchObject({ code: 'model_invalid' })
    copyFileSync(join(EXPORT, 'model.onnx'), graph)
    writeFileSync(join(folder.path, 'model.onnx_data'), Buffer.alloc(10))
    await expect(inspectModel(folder.path)).rejects.toThrow(/model.onnx_data has 10 bytes/)
  })
})
