import { float32, Graph, int32, int64 } from '@mistudio/onnx'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../generation/random.js'
import { parseModelConfig } from './architectures/index.js'
import { attention, POSITIONS, ROW_ENDS, TOTAL_LENGTH } from './attention.js'
import { HookedGraph } from './hooked-graph.js'
import { rotaryTables } from './rope.js'
import type { ModelSpec } from './spec.js'
import { runtime } from './testing.js'

const T = 9

const spec = (headDim: number): ModelSpec =>
  parseModelConfig({
    model_type: 'llama',
    hidden_size: 4 * headDim,
    num_hidden_layers: 1,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: headDim,
    intermediate_size: 8,
    vocab_size: 8,
    max_position_embeddings: 16,
    hidden_act: 'silu',
    rope_theta: 100,
  })

/** One head vector rotated by its position: halves (i, i + width/2), angle position / theta^(2i/width). */
function rotated(vector: Float32Array, position: number, theta: number): number[] {
  const half = vector.length / 2
  return Array.from(vector, (value, i) => {
    const angle = position / theta ** ((2 * (i % half)) / vector.length)
    const partner = i < half ? -vector[i + half]! : vector[i - half]!
    return value * Math.cos(angle) + partner * Math.sin(angle)
  })
}

/** Causal grouped-query attention by plain loops for one row: [T, heads × dim]. */
function reference(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  { heads, kvHeads, headDim: dim, rope }: ModelSpec,
): number[] {
  const head = (data: Float32Array, count: number, t: number, h: number) =>
    data.slice((t * count + h) * dim, (t * count + h + 1) * dim)
  const result: number[] = []
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < heads; h++) {
      const shared = Math.floor(h / (heads / kvHeads))
      const query = rotated(head(q, heads, t, h), t, rope.theta)
      const scores = Array.from({ length: t + 1 }, (_, s) => {
        const key = rotated(head(k, kvHeads, s, shared), s, rope.theta)
        return Math.exp(query.reduce((sum, value, i) => sum + value * key[i]!, 0) / Math.sqrt(dim))
      })
      const total = scores.reduce((a, b) => a + b)
      for (let i = 0; i < dim; i++) {
        result.push(scores.reduce((sum, score, s) => sum + (score / total) * head(v, kvHeads, s, shared)[i]!, 0))
      }
    }
  }
  return result
}

describe('attention', () => {
  it.each([8, 12, 16, 24, 32])('equals plain loops for head dimension %i', async (headDim) => {
    const model = spec(headDim)
    const hooks = new HookedGraph('attention', [], [], [])
    const graph: Graph = hooks.graph
    const input = (name: string, heads: number) => graph.input(name, 'float32', ['batch', 'seq', heads * headDim])
    const z = attention(model, hooks, 16, false)(0, input('q', 4), input('k', 2), input('v', 2))
    graph.output(z, 'float32', ['batch', 'seq', 4 * headDim], 'z')
    const tables = rotaryTables(model.rope, headDim, 16)
    graph.fill('rotary.cos', float32(tables.cos, [16, headDim / 2]))
    graph.fill('rotary.sin', float32(tables.sin, [16, headDim / 2]))
    const random = createRandom(headDim)
    const draw = (heads: number) =>
      float32(
        Float32Array.from({ length: T * heads * headDim }, () => 4 * random.next() - 2),
        [1, T, heads * headDim],
      )
    const feeds = { q: draw(4), k: draw(2), v: draw(2) }
    const session = await runtime.createSession(graph.build())
    const lengths = { [ROW_ENDS]: int32([T - 1]), [TOTAL_LENGTH]: int32([T], []) }
    const positions = session.inputNames.includes(POSITIONS)
      ? {
          [POSITIONS]: int64(
            Array.from({ length: T }, (_, t) => t),
            [1, T],
          ),
        }
      : {}
    const found = await session.run({ ...feeds, ...lengths, ...positions })
    await session.release()
    const expected = reference(
      feeds.q.data as Float32Array,
      feeds.k.data as Float32Array,
      feeds.v.data as Float32Array,
      model,
    )
    for (const [i, value] of expected.entries()) expect(found['z']!.data[i]).toBeCloseTo(value, 5)
  })
})
