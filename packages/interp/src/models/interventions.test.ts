// Each kind of intervention against plain arithmetic: the value at the site is read, changed here, and put back whole.
import type { Graph, Value } from '@mistudio/onnx'
import { float32 } from '@mistudio/onnx'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random/generator.js'
import type { SpliceProgram } from './graphs/splice.js'
import type { FeatureEdit, Intervention } from './interventions.js'
import { LanguageModel } from './language-model.js'
import { siteWidth } from './sites.js'
import { maxDifference, openCase } from './testing.js'
import type { TokenBatch } from './token-batch.js'

/** Serial with learned positions, parallel with rotation, norms on both sides with windows and caps. */
const MODELS = ['gpt2', 'gpt_neox_parallel', 'gemma2', 'qwen3']
/** Sites on the model's own path, one of each kind of width. */
const PATH = ['hook_embed', 'hook_resid_pre', 'attn.hook_q', 'attn.hook_k', 'attn.hook_v', 'attn.hook_z']
const SITES = [...PATH.slice(1), 'hook_attn_out', 'mlp.hook_pre', 'mlp.hook_post', 'hook_mlp_out', 'hook_resid_post']
const siteNames = ['hook_embed', ...SITES.map((kind) => `blocks.1.${kind}`)]

function vectorOf(width: number, seed: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length: width }, () => 2 * random.next() - 1)
}

/** x with `change` applied to every vector of it; `change` also gets row and position. */
function changed(
  x: Float32Array,
  { batch, seq }: TokenBatch,
  change: (vector: Float32Array, row: number, position: number) => Float32Array,
): Float32Array {
  const width = x.length / (batch * seq)
  const result = new Float32Array(x.length)
  for (let i = 0; i < batch * seq; i++) {
    result.set(change(x.slice(i * width, (i + 1) * width), Math.floor(i / seq), i % seq), i * width)
  }
  return result
}

/** x + amount (x·d) d for the unit vector along `direction`. */
function along(x: Float32Array, direction: Float32Array, amount: number): Float32Array {
  const norm = Math.hypot(...direction)
  const dot = x.reduce((sum, value, i) => sum + (value * direction[i]!) / norm, 0)
  return x.map((value, i) => value + (amount * dot * direction[i]!) / norm)
}

interface Case {
  readonly intervention: Intervention
  /** The same at strength 0. */
  readonly idle: Intervention
  readonly expected: (x: Float32Array, row: number, position: number) => Float32Array
}

/** Every kind with a strength, with coefficients for all, per row and per position. */
function cases(site: string, width: number, { batch, seq }: TokenBatch): Case[] {
  const vector = vectorOf(width, 1)
  const rows = Float32Array.of(0.5, -2)
  const positions = Float32Array.from({ length: batch * seq }, (_, i) => (i % 5) / 4)
  const none = new Float32Array(batch * seq)
  return [
    {
      intervention: { site, kind: 'add', value: vector, coefficient: 1.5 },
      idle: { site, kind: 'add', value: vector, coefficient: 0 },
      expected: (x) => x.map((value, i) => value + 1.5 * vector[i]!),
    },
    {
      intervention: { site, kind: 'add', value: vector, coefficient: rows },
      idle: { site, kind: 'add', value: vector, coefficient: Float32Array.of(0, 0) },
      expected: (x, row) => x.map((value, i) => value + rows[row]! * vector[i]!),
    },
    {
      intervention: { site, kind: 'project', direction: vector, coefficient: positions },
      idle: { site, kind: 'project', direction: vector, coefficient: none },
      expected: (x, row, position) => along(x, vector, -positions[row * seq + position]!),
    },
    {
      intervention: { site, kind: 'scale', direction: vector, factor: 3 },
      idle: { site, kind: 'scale', direction: vector, factor: 1 },
      expected: (x) => along(x, vector, 2),
    },
  ]
}

/** A small SAE with ReLU and random weights, in plain arithmetic and as a graph. */
function smallSae(dIn: number, dSae: number) {
  const wEnc = vectorOf(dIn * dSae, 5)
  const wDec = vectorOf(dIn * dSae, 6)
  const bEnc = vectorOf(dSae, 7)
  const bDec = vectorOf(dIn, 8)
  const encode = (x: Float32Array): number[] =>
    Array.from({ length: dSae }, (_, j) =>
      Math.max(
        0,
        x.reduce((sum, value, i) => sum + value * wEnc[i * dSae + j]!, bEnc[j]!),
      ),
    )
  const decode = (f: readonly number[]): Float32Array =>
    bDec.map((bias, i) => f.reduce((sum, value, j) => sum + value * wDec[j * dIn + i]!, bias))
  const program: SpliceProgram = {
    id: 'small',
    dIn,
    dSae,
    encode: (g: Graph, x: Value) =>
      g.relu(g.add(g.matmul(x, g.initialiser(float32(wEnc, [dIn, dSae]))), g.floats(bEnc))),
    decode: (g: Graph, f: Value) => g.add(g.matmul(f, g.initialiser(float32(wDec, [dSae, dIn]))), g.floats(bDec)),
  }
  return { program, encode, decode }
}

describe.each(MODELS)('interventions in %s', (name) => {
  it('add, project and scale as plain arithmetic does, at every kind of site; at strength 0 they change no bit', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { input, info } = golden
    const plain = await model.logits(input)
    for (const site of siteNames) {
      const width = siteWidth(model.sites.find((candidate) => candidate.name === site)!)
      const x = await model.capture(input, site)
      for (const { intervention, idle, expected } of cases(site, width, input)) {
        const found = await model.logits(input, [intervention])
        const value = changed(x, input, expected)
        const wanted = await model.logits(input, [{ site, kind: 'replace', value }])
        const label = `${intervention.kind} at ${site}`
        expect(maxDifference(found, wanted, info.valid_lengths, info.vocab), label).toBeLessThan(2e-4)
        // Softmax does not see what all keys have in common, unless rotation comes between.
        const unseen = site.endsWith('hook_k') && model.spec.rope === null
        if (!unseen) expect(maxDifference(found, plain, info.valid_lengths, info.vocab), label).toBeGreaterThan(1e-4)
        expect(await model.logits(input, [idle]), `${label}, idle`).toEqual(plain)
      }
    }
    await model.release()
  })

  it('splice an SAE: without edits and with the error term nothing changes, with edits what plain arithmetic says', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { input, info } = golden
    const site = 'blocks.0.hook_resid_post'
    const { program: sae, encode, decode } = smallSae(info.d_model, 20)
    const x = await model.capture(input, site)
    const splice = (edits: readonly FeatureEdit[], error: boolean): Intervention => ({
      site,
      kind: 'splice',
      sae,
      edits,
      error,
    })
    const close = async (edit: Intervention, value: Float32Array): Promise<void> => {
      const found = await model.logits(input, [edit])
      const wanted = await model.logits(input, [{ site, kind: 'replace', value }])
      expect(maxDifference(found, wanted, info.valid_lengths, info.vocab)).toBeLessThan(1e-4)
    }
    const unchanged = await model.logits(input, [splice([], true)])
    expect(maxDifference(unchanged, await model.logits(input), info.valid_lengths, info.vocab)).toBeLessThan(1e-5)
    const idle = await model.logits(input, [splice([{ feature: 3 }], true)])
    expect(maxDifference(idle, await model.logits(input), info.valid_lengths, info.vocab)).toBeLessThan(1e-5)
    await close(
      splice([], false),
      changed(x, input, (vector) => decode(encode(vector))),
    )
    const edits = [
      { feature: 3, scale: 0, add: 2 },
      { feature: 11, scale: 0 },
      { feature: 7, scale: 4 },
      { feature: 1, max: 0.1 },
    ]
    const edited = (f: readonly number[]): number[] =>
      f.map((value, j) => {
        if (j === 3) return 2
        if (j === 11) return 0
        if (j === 7) return 4 * value
        return j === 1 ? Math.min(value, 0.1) : value
      })
    await close(
      splice(edits, false),
      changed(x, input, (vector) => decode(edited(encode(vector)))),
    )
    await close(
      splice(edits, true),
      changed(x, input, (vector) => {
        const f = encode(vector)
        const [before, after] = [decode(f), decode(edited(f))]
        return vector.map((value, i) => value + after[i]! - before[i]!)
      }),
    )
    await model.release()
  })

  it('splice with edits of their own in every row', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { input, info } = golden
    const site = 'blocks.0.hook_resid_post'
    const { program: sae } = smallSae(info.d_model, 20)
    const first = [{ feature: 3, scale: 0, add: 2 }]
    const second = [
      { feature: 7, scale: 4 },
      { feature: 3, scale: 0 },
    ]
    const run = (edits: readonly FeatureEdit[] | readonly (readonly FeatureEdit[])[]): Promise<Float32Array> =>
      model.logits(input, [{ site, kind: 'splice', sae, edits, error: true }])
    const half = input.seq * info.vocab
    const both = await run([first, second])
    expect(both.slice(0, half)).toEqual((await run(first)).slice(0, half))
    expect(both.slice(half)).toEqual((await run(second)).slice(half))
    const idle = await run([[], second])
    expect(maxDifference(idle, await model.logits(input), [24, 0], info.vocab)).toBe(0)
    await model.release()
  })

  it('compose in the order of the request, at one site and at several', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { input, info } = golden
    const site = 'blocks.0.hook_resid_post'
    const [v, d] = [vectorOf(info.d_model, 1), vectorOf(info.d_model, 2)]
    const x = await model.capture(input, site)
    const both = await model.logits(input, [
      { site, kind: 'add', value: v, coefficient: 2 },
      { site, kind: 'project', direction: d },
      { site: 'blocks.1.hook_mlp_out', kind: 'add', value: v },
    ])
    const value = changed(x, input, (vector) =>
      along(
        vector.map((entry, i) => entry + 2 * v[i]!),
        d,
        -1,
      ),
    )
    const wanted = await model.logits(input, [
      { site, kind: 'replace', value },
      { site: 'blocks.1.hook_mlp_out', kind: 'add', value: v },
    ])
    expect(maxDifference(both, wanted, info.valid_lengths, info.vocab)).toBeLessThan(2e-4)
    await model.release()
  })

  it('act alike in the cached steps of a generation and in one uncached pass', async () => {
    const golden = await openCase(name)
    const model = golden.model()
    const { info } = golden
    const tokens = golden.input.tokens.slice(0, 10)
    const { program: sae } = smallSae(info.d_model, 20)
    const v = vectorOf(info.d_model, 1)
    const edits: Intervention[] = [
      { site: 'blocks.0.hook_resid_post', kind: 'add', value: v, coefficient: 2 },
      { site: 'blocks.1.hook_resid_pre', kind: 'splice', sae, edits: [{ feature: 3, scale: 0, add: 1 }], error: true },
      { site: 'blocks.1.attn.hook_z', kind: 'project', direction: vectorOf(model.spec.heads * model.spec.headDim, 3) },
    ]
    const whole = await model.logits({ tokens, batch: 1, seq: 10 }, edits)
    let { logits, cache } = await model.extend(
      model.emptyCache(1),
      { tokens: tokens.slice(0, 6), batch: 1, seq: 6 },
      edits,
    )
    for (let t = 6; t <= 10; t++) {
      const expected = whole.slice((t - 1) * info.vocab, t * info.vocab)
      expect(maxDifference(logits, expected, [1], info.vocab)).toBeLessThan(1e-4)
      if (t < 10)
        ({ logits, cache } = await model.extend(cache, { tokens: tokens.slice(t, t + 1), batch: 1, seq: 1 }, edits))
    }
    await model.release()
  })
})

describe('interventions', () => {
  it('need no new session for a new strength, vector or feature edit', async () => {
    const golden = await openCase('gpt2')
    const runtime = createOrtRuntime({ threads: 1 })
    let sessions = 0
    const counting = {
      name: 'counting',
      createSession: (...args: Parameters<typeof runtime.createSession>) => {
        sessions++
        return runtime.createSession(...args)
      },
    }
    const model = LanguageModel.load(golden.plan(), golden.weights, counting, { threads: 1 })
    const { program: sae } = smallSae(golden.info.d_model, 20)
    const site = 'blocks.0.hook_resid_post'
    for (const strength of [0, 1, 2]) {
      await model.logits(golden.input, [
        { site, kind: 'add', value: vectorOf(golden.info.d_model, strength), coefficient: strength },
        { site, kind: 'splice', sae, edits: [{ feature: strength, add: strength }], error: true },
      ])
    }
    expect(sessions).toBe(1)
    await model.release()
  })

  it('refuse what does not fit, saying what would', async () => {
    const golden = await openCase('gpt2')
    const model = golden.model()
    const { program: sae } = smallSae(golden.info.d_model, 20)
    const site = 'blocks.0.hook_resid_post'
    const value = new Float32Array(golden.info.d_model)
    const run = (intervention: Intervention) => model.logits(golden.input, [intervention])
    await expect(run({ site, kind: 'add', value, coefficient: new Float32Array(3) })).rejects.toThrow(
      '3 coefficients are neither 1, 2 nor 2 × 24',
    )
    await expect(run({ site, kind: 'project', direction: value })).rejects.toThrow('the direction has no length')
    await expect(run({ site, kind: 'splice', sae, edits: [{ feature: 20 }], error: true })).rejects.toThrow(
      'features 0 to 19, not 20',
    )
    await expect(run({ site: 'blocks.0.mlp.hook_post', kind: 'splice', sae, edits: [], error: true })).rejects.toThrow(
      /takes vectors of width 48, the site/,
    )
    await expect(
      run({ site: 'blocks.0.attn.hook_pattern', kind: 'project', direction: Float32Array.of(1, 0, 0, 0) }),
    ).rejects.toThrow('a pattern has no directions')
    await model.release()
  })
})
