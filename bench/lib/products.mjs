// One chain of bare matrix products with the shapes of a model's linear layers up to a block: what a pass takes at least.
import { float32, Graph } from '../../packages/onnx/dist/index.js'
import { randomValues } from './random-model.mjs'

/**
 * A function that runs them once on `rows` tokens, and one that lets go of them.
 * @param {import('../../packages/onnx/dist/index.js').Runtime} runtime
 * @param {import('../../packages/interp/dist/models/index.js').ModelPlan} plan
 * @param {{ layer: number, rows: number, threads: number }} options
 */
export async function bareProducts(runtime, plan, { layer, rows, threads }) {
  const graph = new Graph('products')
  let seed = 1
  const product = (
    /** @type {import('../../packages/onnx/dist/index.js').Value} */ x,
    /** @type {{ dIn: number, dOut: number }} */ { dIn, dOut },
  ) => graph.matmul(x, graph.initialiser(float32(randomValues(dIn * dOut, seed++), [dIn, dOut])))
  const x = graph.input('x', 'float32', ['tokens', plan.spec.dModel])
  const outputs = []
  for (const { attention, mlp } of plan.blocks.slice(0, layer + 1)) {
    const q = product(x, attention.q)
    for (const other of [attention.k, attention.v, ...(mlp.gate ? [mlp.gate] : [])]) outputs.push(product(x, other))
    outputs.push(product(q, attention.o), product(product(x, mlp.input), mlp.output))
  }
  // One number of each: nothing but the products takes time.
  for (const [at, value] of outputs.entries()) {
    graph.output(graph.slice(value, [0, 0], [1, 1], [0, 1]), 'float32', [1, 1], `y${at}`)
  }
  const session = await runtime.createSession(graph.build(), { threads, optimise: false })
  const feeds = { x: float32(randomValues(rows * plan.spec.dModel, 0), [rows, plan.spec.dModel]) }
  return { run: () => session.run(feeds), release: () => session.release() }
}
