import { describe, expect, it } from 'vitest'
import type { Intervention } from './interventions.js'
import { CASES, type GoldenCase, maxDifference, openCase } from './testing.js'

/** The three edits whose logits the goldens hold. */
async function edits(golden: GoldenCase): Promise<Record<string, Intervention>> {
  const { hook: site, scale, patch_from } = golden.info.edit
  const vector = (await golden.tensor('v')).map((value) => scale * value)
  const { batch, seq } = golden.input
  return {
    steered_logits: { site, kind: 'add', value: vector },
    zero_ablated_logits: { site, kind: 'replace', value: new Float32Array(vector.length) },
    patched_logits: {
      site,
      kind: 'patch',
      value: vector,
      mask: Uint8Array.from({ length: batch * seq }, (_, i) => Number(i % seq >= patch_from)),
    },
  }
}

describe.each(CASES)('golden model %s', (name) => {
  it('gives the logits, losses and every hook of the reference, for each way its config is written', async () => {
    const golden = await openCase(name)
    const { tolerance, valid_lengths: valid, vocab, d_model, hooks } = golden.info
    const sites = hooks.map((hook) => (hook === 'final_norm' ? 'unembed.hook_in' : hook))
    for (const config of golden.configs) {
      const model = golden.model({}, config)
      const result = await model.forward(golden.input, { capture: sites, logits: true, nll: true })
      expect(maxDifference(result.logits!, await golden.tensor('logits'), valid, vocab)).toBeLessThanOrEqual(
        tolerance.max_abs,
      )
      const losses = valid.map((length) => length - 1)
      expect(maxDifference(result.nll!, await golden.tensor('next_token_loss'), losses, 1)).toBeLessThanOrEqual(
        tolerance.max_abs,
      )
      for (const site of sites) {
        const difference = maxDifference(
          result.captured[site]!,
          await golden.tensor(site === 'unembed.hook_in' ? 'final_norm' : site),
          valid,
          d_model,
        )
        expect(difference, `${config} ${site}`).toBeLessThanOrEqual(tolerance.max_abs)
      }
      await model.release()
    }
  })

  it('adds, replaces and patches at a site as the reference does, with 1 and 2 threads, optimised or not, weights stored or fed', async () => {
    const golden = await openCase(name)
    const { tolerance, valid_lengths: valid, vocab } = golden.info
    for (const options of [{ threads: 1 }, { threads: 2, optimise: false }, { threads: 2, weights: 'fed' }] as const) {
      const model = golden.model(options)
      for (const [expected, edit] of Object.entries(await edits(golden))) {
        const logits = await model.logits(golden.input, [edit])
        const difference = maxDifference(logits, await golden.tensor(expected), valid, vocab)
        expect(difference, expected).toBeLessThanOrEqual(tolerance.max_abs)
      }
      await model.release()
    }
  })

  it('continues a prompt greedily through the cache as the reference does without one', async () => {
    const golden = await openCase(name)
    const expected = Int32Array.from(await golden.tensor('greedy_ids'))
    const model = golden.model()
    let { logits, cache } = await model.extend(model.emptyCache(1), { tokens: expected.slice(0, 8), batch: 1, seq: 8 })
    for (let position = 8; position < expected.length; position++) {
      const best = logits.indexOf(Math.max(...logits))
      expect(best, `position ${position}`).toBe(expected[position])
      const grows = model.regime(position) === model.regime(position + 1)
      const next = grows
        ? await model.extend(cache, { tokens: Int32Array.of(best), batch: 1, seq: 1 })
        : await model.extend(model.emptyCache(1), {
            tokens: expected.slice(0, position + 1),
            batch: 1,
            seq: position + 1,
          })
      logits = next.logits
      cache = next.cache
    }
    await model.release()
  })
})

describe('language model', () => {
  it('gives the weighted final norm when hook_normalized is multiplied by the norm weight', async () => {
    const golden = await openCase('llama')
    const model = golden.model()
    const { captured, logits } = await model.forward(golden.input, {
      capture: ['ln_final.hook_normalized'],
      logits: true,
    })
    const weight = await golden.weights.float32('model.norm.weight')
    const weighted = captured['ln_final.hook_normalized']!.map((value, i) => value * weight[i % weight.length]!)
    const { valid_lengths: valid, d_model, vocab } = golden.info
    expect(maxDifference(weighted, await golden.tensor('final_norm'), valid, d_model)).toBeLessThan(1e-4)
    expect(maxDifference(logits!, await golden.tensor('logits'), valid, vocab)).toBeLessThan(1e-4)
    const unembedding = await model.unembed({ foldFinalNorm: true })
    const normalized = captured['ln_final.hook_normalized']!
    for (const token of [0, 50, 95]) {
      let dot = 0
      for (let i = 0; i < d_model; i++) dot += normalized[5 * d_model + i]! * unembedding[i * vocab + token]!
      expect(dot).toBeCloseTo(logits![5 * vocab + token]!, 3)
    }
    await model.release()
  })

  it.each(['gpt2', 'gpt_neox_parallel', 'llama', 'gemma'])(
    'gives logits but for biases when the final stream is multiplied by its folded unembedding and divided by the norm: %s',
    async (name) => {
      const golden = await openCase(name)
      const model = golden.model()
      const { d_model, vocab } = golden.info
      const stream = `blocks.${model.spec.layers - 1}.hook_resid_post`
      const { captured, logits } = await model.forward(golden.input, {
        capture: [stream, 'ln_final.hook_scale'],
        logits: true,
      })
      const unembedding = await model.unembed({ foldFinalNorm: true })
      const [x, divisor] = [captured[stream]!, captured['ln_final.hook_scale']!]
      const rest = (t: number, token: number): number => {
        let effect = 0
        for (let i = 0; i < d_model; i++) effect += x[t * d_model + i]! * unembedding[i * vocab + token]!
        return logits![t * vocab + token]! - effect / divisor[t]!
      }
      // What is left is the same for every token of the text: biases of norm and unembedding.
      for (let token = 0; token < vocab; token++) {
        for (const t of [3, 9, 17]) expect(rest(t, token)).toBeCloseTo(rest(0, token), 3)
      }
      await model.release()
    },
  )

  it('resumes from a captured residual stream with the same logits, and reads changed values at the site', async () => {
    const golden = await openCase('llama_gqa_llama3')
    const model = golden.model()
    const site = 'blocks.1.hook_resid_post'
    const value = await model.capture(golden.input, site)
    const plain = await model.forward(golden.input, { logits: true, nll: true })
    const resumed = await model.forward(golden.input, {
      capture: [site],
      logits: true,
      nll: true,
      interventions: [{ site, kind: 'replace', value }],
    })
    expect(resumed.captured[site]).toEqual(value)
    expect(resumed.logits).toEqual(plain.logits)
    expect(resumed.nll).toEqual(plain.nll)
    await model.release()
  })

  it('splits attention sites so that z times W_O is attn_out, and q, k, v edits reach the logits', async () => {
    const golden = await openCase('llama_biases')
    const model = golden.model()
    const sites = ['q', 'k', 'v', 'z'].map((kind) => `blocks.0.attn.hook_${kind}`)
    const { captured } = await model.forward(golden.input, { capture: [...sites, 'blocks.0.hook_attn_out'] })
    expect(sites.map((site) => captured[site]!.length / 48)).toEqual([48, 24, 24, 48])
    const weight = await golden.weights.float32('model.layers.0.self_attn.o_proj.weight')
    const bias = await golden.weights.float32('model.layers.0.self_attn.o_proj.bias')
    const z = captured['blocks.0.attn.hook_z']!
    let sum = bias[7]!
    for (let i = 0; i < 48; i++) sum += z[3 * 48 + i]! * weight[7 * 48 + i]!
    expect(sum).toBeCloseTo(captured['blocks.0.hook_attn_out']![3 * 48 + 7]!, 4)
    const plain = await model.logits(golden.input)
    for (const site of sites.slice(0, 3)) {
      const unchanged = await model.logits(golden.input, [{ site, kind: 'replace', value: captured[site]! }])
      expect(unchanged).toEqual(plain)
      const zeroed = await model.logits(golden.input, [
        { site, kind: 'replace', value: new Float32Array(captured[site]!.length) },
      ])
      expect(maxDifference(zeroed, plain, golden.info.valid_lengths, 96)).toBeGreaterThan(1e-2)
    }
    await model.release()
  })

  it('caches prompts of different lengths in one batch, each row as if it were alone', async () => {
    const golden = await openCase('llama_gqa_llama3')
    const model = golden.model()
    const row = golden.input.tokens
    const alone = await model.logits({ tokens: row.slice(0, 9), batch: 1, seq: 9 })
    const prompts = Int32Array.from([...row.slice(0, 12), ...row.slice(0, 8), 0, 0, 0, 0])
    const { cache } = await model.extend(
      model.emptyCache(2),
      { tokens: prompts, batch: 2, seq: 12 },
      [],
      Int32Array.of(12, 8),
    )
    const { logits } = await model.extend(cache, { tokens: Int32Array.of(row[12]!, row[8]!), batch: 2, seq: 1 })
    expect(maxDifference(logits.slice(96), alone.slice(8 * 96), [1], 96)).toBeLessThan(1e-5)
    await model.release()
  })

  it('refuses ids beyond the vocabulary, contexts beyond the limit, unknown sites and misshapen edits by name', async () => {
    const golden = await openCase('llama')
    const model = golden.model()
    const batch = (tokens: Int32Array) => ({ tokens, batch: 1, seq: tokens.length })
    await expect(model.logits(batch(Int32Array.of(3, 96)))).rejects.toThrow('Token id 96 is outside')
    await expect(model.logits(batch(new Int32Array(65)))).rejects.toThrow("exceed the model's context of 64")
    await expect(model.capture(golden.input, 'blocks.2.hook_resid_post')).rejects.toThrow(
      /no site blocks.2.hook_resid_post.*L from 0 to 1/,
    )
    const edit = { site: 'blocks.0.hook_resid_post', kind: 'add', value: new Float32Array(47) } as const
    await expect(model.logits(golden.input, [edit])).rejects.toThrow('47 values fit neither [48]')
    await model.release()
  })
})
