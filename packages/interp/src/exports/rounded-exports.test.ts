// Exports in half precision and with weights as integers: the same sites as in full precision, at values that rounding explains.
import { describe, expect, it } from 'vitest'
import { findSite, siteWidth } from '../models/index.js'
import { openCase } from '../models/testing.js'
import { causalCheck, openedCheck } from '../parity/index.js'
import { exportRounding } from './export-facts.js'
import type { ExportedModel } from './exported-model.js'
import { openExport } from './testing.js'

interface Rounded {
  readonly stored: string
  readonly rounding: string
  /** Largest difference of the residual stream from the stored one, as a share of its largest value. */
  readonly stream: number
  /** The same of the unembedding's matrix, from the steps of its format. */
  readonly matrix: number
}
const CASES: Readonly<Record<string, Rounded>> = {
  qwen3_fp16: { stored: 'qwen3', rounding: 'float16 values', stream: 0.01, matrix: 2 ** -11 },
  // 15 steps over the range of 16 weights, and two layers of such products.
  qwen3_int4: { stored: 'qwen3', rounding: 'int4 weights', stream: 0.5, matrix: 0.1 },
  gpt_neox_int8: {
    stored: 'gpt_neox_parallel',
    rounding: 'int8 weights and int8 activations',
    stream: 0.05,
    matrix: 0.01,
  },
}

const largest = (values: Float32Array): number => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
const distance = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length)
  return largest(a.map((value, i) => value - b[i]!)) / largest(b)
}
const SITE = 'blocks.1.hook_resid_post'

async function withExport(name: string, work: (model: ExportedModel) => Promise<void>): Promise<void> {
  const model = await openExport(name)
  await work(model)
  await model.release()
}

describe.each(Object.entries(CASES))('export %s', (name, { stored, rounding, stream, matrix }) => {
  it('opens with the sites of the model it was made from, and says how it rounds', async () => {
    const reference = (await openCase(stored)).model()
    await withExport(name, async (model) => {
      expect(exportRounding(model.facts)).toBe(rounding)
      for (const kind of ['hook_resid_pre', 'attn.hook_z', 'hook_attn_out', 'mlp.hook_post', 'hook_resid_post']) {
        const site = `blocks.1.${kind}`
        expect(siteWidth(findSite(model.sites, site))).toBe(siteWidth(findSite(reference.sites, site)))
      }
    })
    await reference.release()
  })

  it('gives the stored residual stream and unembedding but for rounding', async () => {
    const { input, model: open } = await openCase(stored)
    const reference = open()
    await withExport(name, async (model) => {
      const found = distance(await model.capture(input, SITE), await reference.capture(input, SITE))
      expect(found).toBeGreaterThan(0)
      expect(found).toBeLessThan(stream)
      for (const foldFinalNorm of [true, false]) {
        const unembedding = distance(await model.unembed({ foldFinalNorm }), await reference.unembed({ foldFinalNorm }))
        expect(unembedding).toBeGreaterThan(0)
        expect(unembedding).toBeLessThan(matrix)
      }
    })
    await reference.release()
  })

  it('is changed by an intervention as much as asked, and by one of strength 0 by no more than a rounding', async () => {
    const { input, info } = await openCase(stored)
    // No constant: the norm after the stream would take it away.
    const value = Float32Array.from({ length: info.d_model }, (_, i) => (i % 3) - 1)
    const half = name.endsWith('fp16')
    await withExport(name, async (model) => {
      const plain = await model.logits(input)
      const none = await model.logits(input, [{ site: SITE, kind: 'add', value, coefficient: 0 }])
      // The runtime computes float16 graphs in float32 where it can; an edited value is rounded to float16 once more.
      expect(distance(none, plain)).toBeLessThanOrEqual(half ? 5e-3 : 0)
      const added = { site: SITE, kind: 'add', value } as const
      const [before, after] = [await model.capture(input, SITE), await model.capture(input, SITE, [added])]
      const moved = after.map((entry, i) => entry - before[i]! - value[i % info.d_model]!)
      expect(largest(moved)).toBeLessThan(half ? 2 ** -10 * largest(before) : 1e-5)
      expect(distance(await model.logits(input, [added]), plain)).toBeGreaterThan(1e-3)
    })
  })
})

describe('an export against itself', () => {
  it.each(['qwen3_gqa', 'qwen3_fp16', 'qwen3_int4', 'gpt2_skip', 'gpt2_attention', 'llama_mha'])(
    '%s gives with opened operators the logits of the graph as it was written',
    async (name) => {
      const tokens = Int32Array.from({ length: 24 }, (_, i) => (i * 37 + 5) % 96)
      await withExport(name, async (model) => {
        const check = await openedCheck(model, tokens)
        expect(check).toMatchObject({ pass: true, count: 24 * model.spec.vocabSize })
        expect(check?.detail).toMatch(/Logits with \d × /)
        expect((await causalCheck(model, tokens)).pass).toBe(true)
      })
    },
  )

  it('shows that 8-bit ranges of a pass carry a later token back to earlier ones', async () => {
    const tokens = Int32Array.from({ length: 24 }, (_, i) => (i * 37 + 5) % 96)
    await withExport('gpt_neox_int8', async (model) => {
      expect(await openedCheck(model, tokens)).toBeNull()
      const check = await causalCheck(model, tokens)
      expect(check.pass).toBe(true)
      expect(check.figure).toBeGreaterThan(1e-3)
      expect(check.detail).toContain('8-bit ranges')
    })
  })
})
