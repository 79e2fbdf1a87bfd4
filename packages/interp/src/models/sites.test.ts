// What the sites hold, checked against one another and against plain loops; and that reading or idly changing any of them changes no bit.
import { describe, expect, it } from 'vitest'
import { siteWidth } from './sites.js'
import { type GoldenCase, openCase } from './testing.js'
import { requireTensors } from './weights/tensors.js'

/** Every kind of norm, attention, rotation and block at least once. */
const MODELS = 'gpt2 gpt_neo gpt_neox_parallel gptj llama_biases gemma3_text phi3_longrope olmo2 opt'.split(' ')
const LAYER = 1
const at = (kind: string): string => `blocks.${LAYER}.${kind}`

/** The bias of attention's output, as stored. */
async function outputBias({ plan, weights }: GoldenCase): Promise<Float32Array | null> {
  const { bias } = plan().blocks[LAYER]!.attention.o
  if (!bias) return null
  return weights.float32(requireTensors(plan(), weights).fileNames.get(bias.tensor.name)!)
}

describe.each(MODELS)('sites of %s', (name) => {
  it('can all be read at once, with the values they have alone, without changing the logits', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { batch, seq } = golden.input
    const plain = await model.logits(golden.input)
    const capture = model.sites.map((site) => site.name)
    const { captured, logits } = await model.forward(golden.input, { capture, logits: true })
    expect(logits).toEqual(plain)
    for (const site of model.sites) {
      const size = batch * seq * siteWidth(site) * (site.kind === 'pattern' ? seq : 1)
      expect(captured[site.name], site.name).toHaveLength(size)
      expect(captured[site.name]!.every(Number.isFinite), site.name).toBe(true)
      if (site.layer !== LAYER) continue
      expect(await model.capture(golden.input, site.name), site.name).toEqual(captured[site.name])
    }
    await model.release()
  })

  it('are changed by strength 0 in no bit, beside the model’s own path too', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const plain = await model.logits(golden.input)
    const { batch, seq } = golden.input
    for (const site of model.sites.filter(({ layer }) => layer === LAYER || layer === null)) {
      const pattern = site.kind === 'pattern'
      const value = new Float32Array(siteWidth(site) * (pattern ? batch * seq * seq : 1)).fill(1)
      const logits = await model.logits(golden.input, [{ site: site.name, kind: 'add', value, coefficient: 0 }])
      expect(logits, site.name).toEqual(plain)
    }
    await model.release()
  })

  it('hold patterns that are causal, sum to 1, see the window, and weigh the values into z', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { attention } = model.plan.blocks[LAYER]!
    const { heads, kvHeads, headDim, window } = attention
    const { batch, seq } = golden.input
    const sites = ['attn.hook_pattern', 'attn.hook_v', 'attn.hook_z'].map(at)
    const { captured } = await model.forward(golden.input, { capture: sites })
    const [pattern, v, z] = sites.map((site) => captured[site]!)
    for (let row = 0; row < batch; row++) {
      for (let head = 0; head < heads; head++) {
        const shared = Math.floor(head / (heads / kvHeads))
        for (let query = 0; query < seq; query++) {
          const start = ((row * heads + head) * seq + query) * seq
          const weights = pattern!.subarray(start, start + seq)
          const first = window === null ? 0 : Math.max(0, query - window + 1)
          expect(weights.every((weight, key) => (key >= first && key <= query ? weight > 0 : weight === 0))).toBe(true)
          expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
          const dimension = query % headDim
          let sum = 0
          for (let key = 0; key < seq; key++) {
            sum += weights[key]! * v![((row * seq + key) * kvHeads + shared) * headDim + dimension]!
          }
          expect(z![((row * seq + query) * heads + head) * headDim + dimension]).toBeCloseTo(sum, 4)
        }
      }
    }
    await model.release()
  })

  it('hold head results that sum to what attention adds, up to its bias and the norm after it', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { attention, ln1Post } = model.plan.blocks[LAYER]!
    const { heads, o } = attention
    const bias = await outputBias(golden)
    const target = ln1Post ? null : at('hook_attn_out')
    const capture = [at('attn.hook_result'), ...(target ? [target] : [])]
    const { captured } = await model.forward(golden.input, { capture })
    if (target) {
      const result = captured[at('attn.hook_result')]!
      for (const token of [0, 7, 23]) {
        for (let i = 0; i < o.dOut; i += 5) {
          let sum = 0
          for (let head = 0; head < heads; head++) sum += result[(token * heads + head) * o.dOut + i]!
          expect(sum + (bias?.[i] ?? 0)).toBeCloseTo(captured[target]![token * o.dOut + i]!, 4)
        }
      }
    }
    // Taking out one head by its result equals zeroing its z.
    const width = heads * o.dOut
    const gone = Uint8Array.from({ length: 48 }, () => 1)
    const one = captured[at('attn.hook_result')]!.map((value, i) => (i % width < o.dOut ? 0 : value))
    const z = await model.capture(golden.input, at('attn.hook_z'))
    const zeroed = z.map((value, i) => (i % (heads * attention.headDim) < attention.headDim ? 0 : value))
    const byResult = await model.logits(golden.input, [
      { site: at('attn.hook_result'), kind: 'patch', value: one, mask: gone },
    ])
    const byZ = await model.logits(golden.input, [{ site: at('attn.hook_z'), kind: 'replace', value: zeroed }])
    for (const [i, value] of byResult.entries()) expect(Math.abs(value - byZ[i]!)).toBeLessThan(2e-4)
    await model.release()
  })

  it('hold norms as their definition says: centred values over √(mean square + eps)', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { finalNorm, spec } = { finalNorm: model.plan.finalNorm, spec: model.spec }
    const input = `blocks.${spec.layers - 1}.hook_resid_post`
    const sites = [input, 'ln_final.hook_scale', 'ln_final.hook_normalized']
    const { captured } = await model.forward(golden.input, { capture: sites })
    for (const token of [0, 11, 30]) {
      const x = captured[input]!.slice(token * spec.dModel, (token + 1) * spec.dModel)
      const mean = finalNorm.kind === 'layer' ? x.reduce((a, b) => a + b) / x.length : 0
      const scale = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length + finalNorm.eps)
      expect(captured['ln_final.hook_scale']![token]! / scale).toBeCloseTo(1, 4)
      const normalized = captured['ln_final.hook_normalized']![token * spec.dModel + 3]!
      expect(normalized).toBeCloseTo((x[3]! - mean) / scale, 4)
    }
    await model.release()
  })
})
