// Exports of PyTorch's two exporters against the golden values of the models they were made from, with graph optimisation on and off.
import { float32 } from '@mistudio/onnx'
import { describe, expect, it } from 'vitest'
import { GREEDY, generate } from '../generation/index.js'
import { findSite, type Intervention, type SpliceProgram, siteWidth } from '../models/index.js'
import { maxDifference, openCase } from '../models/testing.js'
import { collect, failed } from '../parity/testing.js'
import { EXPORT_CASES, exportGoldens, openExport } from './testing.js'

const NAMES = Object.keys(EXPORT_CASES)

describe.each(NAMES)('export %s', (name) => {
  it('gives the stored logits, losses, sites, edits and greedy ids', async () => {
    const input = await exportGoldens(name)
    const checks = await collect(input)
    expect(checks.filter(({ pass }) => !pass)).toEqual([])
    const names = new Set(checks.map((check) => check.name))
    const outputs = ['logits', 'next_token_loss', 'steered_logits', 'zero_ablated_logits', 'patched_logits']
    for (const expected of [...outputs, ...input.info.hooks]) expect(names).toContain(expected)
    expect(failed(checks)).toEqual([])
  })
})

const SITE = 'blocks.1.hook_resid_post'
const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.slice().buffer)

describe('interventions in an export', () => {
  it.each(NAMES)('of strength 0 leave every bit of %s as it is, optimised or not', async (name) => {
    const { input, info } = await openCase(EXPORT_CASES[name]!)
    const value = new Float32Array(info.d_model).fill(7)
    for (const optimise of [true, false]) {
      const model = await openExport(name, { optimise })
      const plain = bits(await model.logits(input))
      const none = await model.logits(input, [{ site: SITE, kind: 'add', value, coefficient: 0 }])
      expect(bits(none)).toEqual(plain)
      await model.release()
    }
  })

  it('show at the site that is the same value further on, and not before', async () => {
    const { input, info } = await openCase('gpt2')
    const model = await openExport('gpt2')
    const [before, next] = ['blocks.0.hook_resid_post', 'blocks.1.hook_resid_pre']
    const capture = [before, next]
    const { captured: plain } = await model.forward(input, { capture })
    const value = new Float32Array(info.d_model).fill(1)
    const late = await model.forward(input, { capture, interventions: [{ site: next, kind: 'add', value }] })
    expect(late.captured[before]).toEqual(plain[before])
    expect(late.captured[next]).toEqual(plain[next]!.map((entry) => entry + 1))
    const early = await model.forward(input, { capture, interventions: [{ site: before, kind: 'add', value }] })
    expect(early.captured[next]).toEqual(late.captured[next])
    expect(early.captured[before]).toEqual(late.captured[next])
    await model.release()
  })

  it('change the text that is generated without a cache as the stored model says', async () => {
    const stored = await openCase('llama_gqa_llama3')
    const ids = Int32Array.from(await stored.tensor('greedy_ids'))
    const [model, reference] = [await openExport('llama_gqa_llama3'), stored.model()]
    const request = {
      prompts: [ids.slice(0, 8), ids.slice(0, 5)],
      sampling: GREEDY,
      maxTokens: 8,
      seed: 1,
      eosTokenIds: [],
    }
    const vector = (await stored.tensor('v')).map((entry) => 3 * entry)
    const steered = { ...request, interventions: () => [{ site: SITE, kind: 'add', value: vector } as const] }
    for (const asked of [request, steered]) {
      const [found, expected] = [await generate(model, asked), await generate(reference, asked)]
      expect(found.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens))
    }
    await Promise.all([model.release(), reference.release()])
  })
})

/** An SAE whose weights are small whole multiples, so that it is easy to write and does something. */
function sae(dIn: number): SpliceProgram {
  const dSae = 6
  const pattern = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => ((i * 7) % 11) / 20 - 0.25)
  return {
    id: `pattern ${dIn}`,
    dIn,
    dSae,
    encode: (g, x) => g.relu(g.matmul(x, g.initialiser(float32(pattern(dIn * dSae), [dIn, dSae])))),
    decode: (g, f) => g.matmul(f, g.initialiser(float32(pattern(dSae * dIn), [dSae, dIn]))),
  }
}

describe.each(NAMES)('every kind of intervention in export %s', (name) => {
  it('does what it does in the model built from the weights, at every kind of site', async () => {
    const { input, info, model: open } = await openCase(EXPORT_CASES[name]!)
    const [model, reference] = [await openExport(name), open()]
    const { batch, seq } = input
    for (const kind of ['hook_resid_pre', 'attn.hook_z', 'hook_attn_out', 'mlp.hook_post', 'hook_mlp_out']) {
      const site = `blocks.1.${kind}`
      const width = siteWidth(findSite(model.sites, site))
      const direction = Float32Array.from({ length: width }, (_, i) => (i % 5) - 2)
      const mask = Uint8Array.from({ length: batch * seq }, (_, i) => Number(i % seq > 9))
      const kinds: Intervention[] = [
        { site, kind: 'add', value: direction, coefficient: 0.5 },
        { site, kind: 'replace', value: direction },
        { site, kind: 'patch', value: direction, mask },
        { site, kind: 'project', direction },
        { site, kind: 'scale', direction, factor: 3 },
        { site, kind: 'splice', sae: sae(width), edits: [{ feature: 2, scale: 0, add: 4 }], error: true },
        { site, kind: 'splice', sae: sae(width), edits: [], error: false },
      ]
      for (const change of kinds) {
        const [found, expected] = [await model.logits(input, [change]), await reference.logits(input, [change])]
        const worst = maxDifference(found, expected, info.valid_lengths, info.vocab)
        expect(worst, `${change.kind} at ${site}`).toBeLessThan(2e-4)
      }
    }
    await Promise.all([model.release(), reference.release()])
  })
})

describe.each(NAMES)('the unembedding of export %s', (name) => {
  it.each([true, false])('is that of the stored model, with the final norm folded in: %s', async (foldFinalNorm) => {
    const reference = (await openCase(EXPORT_CASES[name]!)).model()
    const model = await openExport(name)
    const [found, expected] = [await model.unembed({ foldFinalNorm }), await reference.unembed({ foldFinalNorm })]
    expect(found.length).toBe(expected.length)
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-6)
    await Promise.all([model.release(), reference.release()])
  })
})
