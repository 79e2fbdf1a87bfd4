// Mutations of an ONNX graph that keep its framing: nodes dropped, moved, renamed and rewired, tensors with other shapes, types and places.
import onnxProto from 'onnx-proto'

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('onnx-proto').onnx.IGraphProto} Graph */

const OPERATORS = [
  ...[
    'Add',
    'MatMul',
    'Gemm',
    'Softmax',
    'Identity',
    'Cast',
    'Reshape',
    'LayerNormalization',
    'SkipLayerNormalization',
  ],
  ...[
    'SkipSimplifiedLayerNormalization',
    'EmbedLayerNormalization',
    'GroupQueryAttention',
    'MatMulNBits',
    'If',
    'Loop',
  ],
  ...['DynamicQuantizeLinear', 'MatMulInteger', 'Shape', 'Nonsense', ''],
]
const NUMBERS = [0, 1, -1, 2, 47, 48, 96, 2 ** 31, 2 ** 40, -(2 ** 40)]

const namesOf = (/** @type {Graph} */ { node, initializer, input }) =>
  [
    ...(node ?? []).flatMap(({ output }) => output ?? []),
    ...[...(initializer ?? []), ...(input ?? [])].map(({ name }) => name ?? ''),
    '',
  ].filter((name) => typeof name === 'string')

/** @type {Readonly<Record<string, (graph: any, random: Random) => void>>} */
const MUTATIONS = {
  drop: ({ node }, random) => void node.splice(random.below(node.length), 1),
  move: ({ node }, random) => {
    const [moved] = node.splice(random.below(node.length), 1)
    node.splice(random.below(node.length), 0, moved)
  },
  repeat: ({ node }, random) => void node.splice(random.below(node.length), 0, random.pick(node)),
  rename: ({ node }, random) => {
    random.pick(node).opType = random.pick(OPERATORS)
  },
  foreign: ({ node }, random) => {
    random.pick(node).domain = random.pick(['', 'com.microsoft', 'ai.onnx', 'org.elsewhere'])
  },
  rewire: (graph, random) => {
    const { input } = random.pick(graph.node)
    if (input.length > 0) input[random.below(input.length)] = random.pick(namesOf(graph))
  },
  unwire: ({ node }, random) => void random.pick(node).input.pop(),
  output: (graph, random) => {
    const { output } = random.pick(graph.node)
    if (output.length > 0) output[random.below(output.length)] = random.pick(namesOf(graph))
  },
  attribute: ({ node }, random) => {
    const { attribute } = random.pick(node)
    if (attribute.length > 0) Object.assign(random.pick(attribute), { i: random.pick(NUMBERS) })
  },
  dims: ({ initializer }, random) => {
    const { dims } = random.pick(initializer)
    if (dims.length > 0) dims[random.below(dims.length)] = random.pick(NUMBERS)
  },
  type: ({ initializer }, random) => {
    random.pick(initializer).dataType = random.below(24)
  },
  place: ({ initializer }, random) => {
    const { externalData } = random.pick(initializer)
    const entry = externalData.length > 0 ? random.pick(externalData) : null
    if (entry) entry.value = random.pick([...NUMBERS.map(String), '../model.onnx', '/etc/hosts', 'model.onnx', '\0'])
  },
  inputs: ({ input }, random) => void input.splice(random.below(input.length), 1),
  outputs: ({ output }, random) => void output.splice(random.below(output.length), 1),
}

/** One to three changes of a graph. @param {Buffer} bytes @param {Random} random @returns {{ bytes: Buffer, names: string[] }} */
export function mutateGraph(bytes, random) {
  const model = onnxProto.onnx.ModelProto.decode(bytes)
  const names = Array.from({ length: 1 + random.below(3) }, () => random.pick(Object.keys(MUTATIONS)))
  const parts = [model.graph?.node, model.graph?.initializer, model.graph?.input, model.graph?.output]
  for (const name of names) if (parts.every((part) => part && part.length > 0)) MUTATIONS[name](model.graph, random)
  return { bytes: Buffer.from(onnxProto.onnx.ModelProto.encode(model).finish()), names }
}
