// What is refused before anything is run, and by which name. The graphs are small and made here.
import { float32, Graph, MICROSOFT_DOMAIN, parseModel, type Value } from '@mistudio/onnx'
import { describe, expect, it } from 'vitest'
import { analyseExport } from './analyse-export.js'

const D = 4
const CONFIG = { model_type: 'sketch', vocab_size: D, hidden_size: D, num_hidden_layers: 1, num_attention_heads: 1 }

/** A graph of one block with what `change` makes of its parts. */
class Sketch {
  readonly graph = new Graph('sketch')
  readonly tokens = this.graph.input('input_ids', 'int64', ['batch', 'seq'])

  weights = (): Value => this.graph.initialiser(float32(new Float32Array(D * D), [D, D]))
  gamma = (): Value => this.graph.initialiser(float32(new Float32Array(D).fill(1), [D]))
  embedding = (): Value => this.graph.gather(this.weights(), this.tokens)

  attention(x: Value): Value {
    const { graph } = this
    const scores = graph.softmax(graph.matmul(graph.matmul(x, this.weights()), graph.transpose(x, [0, 2, 1])))
    return graph.matmul(graph.matmul(scores, x), this.weights())
  }
  mlp = (x: Value): Value => this.graph.matmul(this.graph.relu(this.graph.matmul(x, this.weights())), this.weights())

  /** Outputs of SkipSimplifiedLayerNormalization: normed, two statistics, sum. */
  skip(stream: Value, added: Value, bias: Value | null = null): readonly Value[] {
    const inputs = [stream, added, this.gamma(), ...(bias ? [bias] : [])]
    return this.graph.ops('SkipSimplifiedLayerNormalization', inputs, {}, 4, { domain: MICROSOFT_DOMAIN })
  }

  analyse(logits: Value) {
    this.graph.output(logits, 'float32', ['batch', 'seq', D], 'logits')
    return analyseExport({ model: parseModel(this.graph.build()) }, CONFIG)
  }
}

describe('an export', () => {
  it('has the sum inside a fused norm as a site, its bias with what is added', () => {
    const sketch = new Sketch()
    const stream = sketch.embedding()
    const added = sketch.attention(stream)
    const [normed, , , sum] = sketch.skip(stream, added, sketch.gamma())
    const [last] = sketch.skip(sum!, sketch.mlp(normed!))
    const { source, opened } = sketch.analyse(sketch.graph.matmul(last!, sketch.weights()))
    expect([...opened]).toEqual([['SkipSimplifiedLayerNormalization', 2]])
    const value = (name: string) => source.sites.find((site) => site.name === name)?.value
    expect(value('blocks.0.hook_resid_mid')).toBe(sum!.name)
    const bias = source.model.nodes.find(({ outputs }) => outputs[0] === value('blocks.0.hook_attn_out'))
    expect(bias?.type).toBe('Add')
    expect(bias?.inputs[0]).toBe(added.name)
  })

  it('is refused by the name of a fused norm whose statistics are read', () => {
    const sketch = new Sketch()
    const stream = sketch.embedding()
    const [normed, deviation, , sum] = sketch.skip(stream, sketch.attention(stream))
    const last = sketch.graph.add(sum!, sketch.mlp(sketch.graph.mul(normed!, deviation!)))
    expect(() => sketch.analyse(sketch.graph.matmul(last, sketch.weights()))).toThrow(
      /SkipSimplifiedLayerNormalization_\d+\/node, a SkipSimplifiedLayerNormalization, gives beside its result/,
    )
  })

  it('is refused when its residual stream lies in integers between layers', () => {
    const sketch = new Sketch()
    const { graph } = sketch
    const scale = [graph.scalar(0.1), graph.initialiser({ dtype: 'uint8', data: new Uint8Array(1), dims: [] })]
    const rounded = (x: Value): Value =>
      graph.op('DequantizeLinear', [graph.op('QuantizeLinear', [x, ...scale]), ...scale])
    const stream = sketch.embedding()
    const middle = rounded(graph.add(stream, sketch.attention(stream)))
    const last = graph.add(middle, sketch.mlp(middle))
    expect(() => sketch.analyse(graph.matmul(last, sketch.weights()))).toThrow(
      /DequantizeLinear_\d+\/node reads the stream from integers: with static quantisation/,
    )
  })

  it('is refused when its residual stream is bfloat16', () => {
    const sketch = new Sketch()
    const { graph } = sketch
    const stream = graph.op('Cast', [sketch.embedding()], { to: 16 })
    const middle = graph.add(stream, sketch.attention(stream))
    const last = graph.add(middle, sketch.mlp(middle))
    expect(() => sketch.analyse(graph.matmul(last, sketch.weights()))).toThrow(/residual stream .* are bfloat16/)
  })
})
