// What is said of graphs whose residual stream is not found, or only in part. The graphs are small and made here.
import { float32, Graph, parseModel, type Value } from '@mistudio/onnx'
import { describe, expect, it } from 'vitest'
import { ExportGraph } from './export-graph.js'
import { nameSites } from './export-sites.js'
import { findResidualStream } from './residual-stream.js'

const D = 4

class Sketch {
  readonly graph = new Graph('sketch')
  readonly tokens = this.graph.input('input_ids', 'int64', ['batch', 'seq'])

  weights(): Value {
    return this.graph.initialiser(float32(new Float32Array(D * D), [D, D]))
  }

  embedding(): Value {
    return this.graph.gather(this.graph.initialiser(float32(new Float32Array(3 * D), [3, D])), this.tokens)
  }

  attention(x: Value): Value {
    const { graph } = this
    const scores = graph.softmax(graph.matmul(graph.matmul(x, this.weights()), graph.transpose(x, [0, 2, 1])))
    return graph.matmul(graph.matmul(scores, x), this.weights())
  }

  mlp(x: Value): Value {
    return this.graph.matmul(this.graph.relu(this.graph.matmul(x, this.weights())), this.weights())
  }

  norm(x: Value): Value {
    return this.graph.rmsNorm(x, this.graph.initialiser(float32(new Float32Array(D).fill(1), [D])), 1e-5)
  }

  read(last: Value): ExportGraph {
    const logits = this.graph.matmul(this.norm(last), this.weights())
    this.graph.output(logits, 'float32', ['batch', 'seq', D], 'logits')
    return new ExportGraph(parseModel(this.graph.build()), 'input_ids')
  }
}

describe('the residual stream of a graph', () => {
  it('is found where the parts of a parallel block are added one after the other', () => {
    const sketch = new Sketch()
    const x = sketch.embedding()
    const normed = sketch.norm(x)
    const sum = sketch.graph.add(sketch.graph.add(x, sketch.attention(normed)), sketch.mlp(normed))
    const graph = sketch.read(sum)
    const stream = findResidualStream(graph, 'logits')
    expect(stream.steps).toHaveLength(1)
    expect(stream.steps[0]!.added.map(({ kind }) => kind).sort()).toEqual(['attention', 'mlp'])
    expect(stream.start).toBe(x.name)
  })

  it('is refused by name where a norm stands on the stream itself', () => {
    const sketch = new Sketch()
    const x = sketch.embedding()
    const middle = sketch.norm(sketch.graph.add(x, sketch.attention(x)))
    const after = sketch.graph.add(middle, sketch.mlp(middle))
    expect(() => findResidualStream(sketch.read(after), 'logits')).toThrow(/RMSNormalization.*post-norm/)
  })

  it('is refused where nothing is added to anything', () => {
    const sketch = new Sketch()
    expect(() => findResidualStream(sketch.read(sketch.mlp(sketch.embedding())), 'logits')).toThrow(/no sum/)
  })

  it('names the blocks that were found and says why the others were not', () => {
    const sketch = new Sketch()
    const { graph } = sketch
    let x = sketch.embedding()
    x = graph.add(x, sketch.attention(sketch.norm(x)))
    x = graph.add(x, sketch.mlp(sketch.norm(x)))
    x = graph.add(x, sketch.mlp(sketch.norm(x)))
    const exported = sketch.read(x)
    const { sites, absent, layers } = nameSites(exported, findResidualStream(exported, 'logits'), D, 2)
    expect(layers).toBe(1)
    expect(sites.map(({ name }) => name)).toContain('blocks.0.hook_resid_post')
    expect(absent.find(({ name }) => name === 'blocks.1.hook_resid_post')?.reason).toMatch(/residual sum 2 adds mlp/)
  })
})
