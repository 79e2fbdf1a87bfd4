// Both ways of attention (one node, and step by step) against plain loops: head dimensions, sharing, windows, caps, rotations, ragged cache.
import { float32, int32, int64, type Tensor } from '@mistudio/onnx'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random/generator.js'
import { planModel } from '../architectures/index.js'
import { HookedGraph } from '../graphs/hooked-graph.js'
import type { AttentionPlan, RotaryPlan } from '../plan.js'
import { rotaryTables } from '../rotary/rotary-tables.js'
import { runtime } from '../testing.js'
import { BLOCKED_FROM } from './blocked-attention.js'
import { cacheSlots, paddedHeadDim, pastName } from './cache-slots.js'
import { explicitAttention } from './explicit-attention.js'
import { fusedAttention, ROW_ENDS, TOTAL_LENGTH } from './fused-attention.js'
import { POSITIONS, rotaryInput, rotate } from './rotation.js'

const HEADS = 4
const KV_HEADS = 2
const TABLE = 160

/** An attention layer of Llama's, with what is asked changed. */
function planOf(headDim: number, change: Partial<AttentionPlan>): AttentionPlan {
  const { blocks } = planModel({
    model_type: 'llama',
    hidden_size: HEADS * headDim,
    num_hidden_layers: 1,
    num_attention_heads: HEADS,
    num_key_value_heads: KV_HEADS,
    head_dim: headDim,
    intermediate_size: 8,
    vocab_size: 8,
    max_position_embeddings: TABLE,
    hidden_act: 'silu',
    rope_theta: 100,
  })
  return { ...blocks[0]!.attention, ...change }
}

/** One head vector rotated by its position, dimension by dimension. */
function rotated(vector: Float32Array, position: number, { rope, width, pairs }: RotaryPlan): Float32Array {
  const half = width / 2
  const result = vector.slice()
  for (let pair = 0; pair < half; pair++) {
    const [a, b] = pairs === 'halves' ? [pair, pair + half] : [2 * pair, 2 * pair + 1]
    const angle = position / rope.theta ** ((2 * pair) / width)
    result[a] = vector[a]! * Math.cos(angle) - vector[b]! * Math.sin(angle)
    result[b] = vector[b]! * Math.cos(angle) + vector[a]! * Math.sin(angle)
  }
  return result
}

type Vectors = Readonly<Record<'q' | 'k' | 'v', Float32Array>>

/** z of one row by plain loops; vectors [T, heads × headDim]. */
function reference({ q, k, v }: Vectors, plan: AttentionPlan, length: number): number[] {
  const { headDim, rotary, window, softcap, scale } = plan
  const head = (data: Float32Array, count: number, t: number, h: number): Float32Array =>
    data.slice((t * count + h) * headDim, (t * count + h + 1) * headDim)
  const turned = (data: Float32Array, count: number, t: number, h: number): Float32Array =>
    rotary ? rotated(head(data, count, t, h), t, rotary) : head(data, count, t, h)
  const result: number[] = []
  for (let t = 0; t < length; t++) {
    for (let h = 0; h < HEADS; h++) {
      const shared = Math.floor(h / (HEADS / KV_HEADS))
      const query = turned(q, HEADS, t, h)
      const first = window === null ? 0 : Math.max(0, t - window + 1)
      const weights = Array.from({ length: t + 1 }, (_, s) => {
        const key = turned(k, KV_HEADS, s, shared)
        const score = scale * query.reduce((sum, value, i) => sum + value * key[i]!, 0)
        return s < first ? 0 : Math.exp(softcap === null ? score : softcap * Math.tanh(score / softcap))
      })
      const total = weights.reduce((a, b) => a + b)
      for (let i = 0; i < headDim; i++) {
        result.push(weights.reduce((sum, weight, s) => sum + (weight / total) * head(v, KV_HEADS, s, shared)[i]!, 0))
      }
    }
  }
  return result
}

/** Builds the layer with inputs q, k, v and output z. */
function layerGraph(plan: AttentionPlan, explicit: boolean, cached: boolean) {
  const hooks = new HookedGraph('attention', [], [], [])
  const { graph } = hooks
  const input = (name: 'q' | 'k' | 'v', heads: number) => {
    const value = graph.input(name, 'float32', ['batch', 'seq', heads * plan.headDim])
    return name === 'v' || !plan.rotary ? value : rotate(hooks, value, heads, plan.rotary, TABLE)
  }
  const [q, k, v] = [input('q', HEADS), input('k', KV_HEADS), input('v', KV_HEADS)]
  const inputs = { q: () => q, k: () => k, v: () => v }
  const slots = cached ? cacheSlots(hooks, plan, 0) : null
  const steps = explicitAttention(hooks, plan, inputs, () => slots)
  const z = explicit ? steps.weighted(steps.pattern()) : fusedAttention(hooks, plan, inputs, slots)
  graph.output(z, 'float32', ['batch', 'seq', HEADS * plan.headDim], 'z')
  if (plan.rotary) {
    const tables = rotaryTables(plan.rotary.rope, plan.rotary.width, TABLE)
    for (const kind of ['cos', 'sin'] as const) {
      graph.fill(rotaryInput(kind, plan.rotary), float32(tables[kind], [TABLE, plan.rotary.width / 2]))
    }
  }
  return graph.build()
}

const draw = (seed: number, length: number): Float32Array => {
  const random = createRandom(seed)
  return Float32Array.from({ length }, () => 4 * random.next() - 2)
}

const LENGTH = 9
const PLANS: [string, AttentionPlan][] = [
  ...[8, 12, 16, 24, 32].map((dim): [string, AttentionPlan] => [`head dimension ${dim}`, planOf(dim, {})]),
  ['no rotation', planOf(12, { rotary: null, scale: 1 })],
  ['a window of 3', planOf(16, { window: 3 })],
  ['a window longer than a block', planOf(16, { window: 50 })],
  ['a window of 3 and a cap of 2', planOf(16, { window: 3, softcap: 2 })],
  ['a cap of 2', planOf(16, { softcap: 2 })],
  [
    'neighbours of the first 6 dimensions',
    planOf(12, { rotary: { ...planOf(12, {}).rotary!, width: 6, pairs: 'neighbours' } }),
  ],
]

describe.each(PLANS)('attention with %s', (_, plan) => {
  it.each([false, true])('equals plain loops (step by step: %s)', async (explicit) => {
    const session = await runtime.createSession(layerGraph(plan, explicit, false))
    const vectors = { q: draw(1, LENGTH * HEADS * plan.headDim), ...keysAndValues(plan, LENGTH) }
    const feeds = feedsOf(session.inputNames, plan, vectors, [0], LENGTH)
    const found = await session.run(feeds)
    await session.release()
    for (const [i, value] of reference(vectors, plan, LENGTH).entries()) {
      expect(found['z']!.data[i]).toBeCloseTo(value, 4)
    }
  })

  it.each([1, 5, BLOCKED_FROM - 1, BLOCKED_FROM + 3])('equals plain loops over %i tokens', async (length) => {
    const session = await runtime.createSession(layerGraph(plan, false, false))
    const vectors = { q: draw(1, length * HEADS * plan.headDim), ...keysAndValues(plan, length) }
    const found = await session.run(feedsOf(session.inputNames, plan, vectors, [0], length))
    await session.release()
    const wanted = reference(vectors, plan, length)
    const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(Number(found['z']!.data[i]) - value)), 0)
    expect(worst).toBeLessThan(1e-5)
  })

  it.each([false, true])('continues ragged rows from a cache (step by step: %s)', async (explicit) => {
    const width = (heads: number): number => heads * plan.headDim
    const whole = { q: draw(1, LENGTH * width(HEADS)), ...keysAndValues(plan, LENGTH) }
    const expected = reference(whole, plan, LENGTH)
    const slice = (kind: 'q' | 'k' | 'v', from: number, to: number): Float32Array => {
      const size = width(kind === 'q' ? HEADS : KV_HEADS)
      return whole[kind].slice(from * size, to * size)
    }
    // Two rows of the same text: one cached to 8 tokens, one to 5; both are given one more. The prompt goes through the fused node.
    const prompt = await runtime.createSession(layerGraph(plan, false, true))
    const twice = (kind: 'q' | 'k' | 'v') => Float32Array.from([...slice(kind, 0, 8), ...slice(kind, 0, 8)])
    const empty = float32(new Float32Array(0), [2, KV_HEADS, 0, paddedHeadDim(plan.headDim)])
    const past = await prompt.run({
      ...feedsOf(prompt.inputNames, plan, { q: twice('q'), k: twice('k'), v: twice('v') }, [0, 0], 8),
      [pastName('key', 0)]: empty,
      [pastName('value', 0)]: empty,
    })
    await prompt.release()
    const next = (kind: 'q' | 'k' | 'v') => Float32Array.from([...slice(kind, 8, 9), ...slice(kind, 5, 6)])
    const step = await runtime.createSession(layerGraph(plan, explicit, true))
    const feeds = feedsOf(step.inputNames, plan, { q: next('q'), k: next('k'), v: next('v') }, [8, 5], 1)
    const found = await step.run({
      ...feeds,
      [pastName('key', 0)]: past['present_key.0']!,
      [pastName('value', 0)]: past['present_value.0']!,
    })
    await step.release()
    const size = width(HEADS)
    for (let i = 0; i < size; i++) {
      expect(found['z']!.data[i]).toBeCloseTo(expected[8 * size + i]!, 4)
      expect(found['z']!.data[size + i]).toBeCloseTo(expected[5 * size + i]!, 4)
    }
  })
})

function keysAndValues(plan: AttentionPlan, length: number) {
  return { k: draw(2, length * KV_HEADS * plan.headDim), v: draw(3, length * KV_HEADS * plan.headDim) }
}

/** Inputs for `seq` tokens per row after `starts[row]` earlier ones. */
function feedsOf(
  names: readonly string[],
  plan: AttentionPlan,
  vectors: Vectors,
  starts: readonly number[],
  seq: number,
): Record<string, Tensor> {
  const batch = starts.length
  const all: Record<string, Tensor> = {
    q: float32(vectors.q, [batch, seq, HEADS * plan.headDim]),
    k: float32(vectors.k, [batch, seq, KV_HEADS * plan.headDim]),
    v: float32(vectors.v, [batch, seq, KV_HEADS * plan.headDim]),
    [ROW_ENDS]: int32(starts.map((start) => start + seq - 1)),
    [TOTAL_LENGTH]: int32([Math.max(...starts) + seq], []),
    [POSITIONS]: int64(
      starts.flatMap((start) => Array.from({ length: seq }, (_, t) => start + t)),
      [batch, seq],
    ),
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
}
