// Opens the operators of com.microsoft in which the residual stream disappears: a sum and a norm in one (SkipLayerNormalization and its kin)
// become the sum and the norm, so that the sum is a value that can be read and changed. What is computed stays the same; the runtime joins
// what nobody reads again when it optimises. Attention operators stay closed: what goes in and out of them is visible.
import { float, floatAttribute, type OnnxModel, type OnnxNode, type Replacement, rewriteModel } from '@mistudio/onnx'
import { ModelError } from '../models/index.js'
import { ExportGraph } from './export-graph.js'
import { streamSide } from './residual-stream.js'

export interface Opened {
  readonly model: OnnxModel
  /** Operators that were opened, and how many of each. */
  readonly opened: ReadonlyMap<string, number>
}

/** Of these operators when the node states none (onnxruntime's ContribOperators.md). */
const DEFAULT_EPSILON = 1e-12

/** To which of two sides of a sum a bias belongs: the one that is added to the stream. Null: biases are left out. */
type BiasSide = ((first: string, second: string) => 'first' | 'second') | null

type Opener = (node: OnnxNode, by: Replacement, biasSide: BiasSide) => void

const epsilon = (node: OnnxNode) => ({ axis: -1, epsilon: float(floatAttribute(node, 'epsilon') ?? DEFAULT_EPSILON) })

/** Name of an output that others read; undefined where it is left out. */
const given = (node: OnnxNode, index: number): string | undefined => node.outputs[index] || undefined

/** The sum of stream, contribution and the contribution's bias, under the name of the node's fourth output if it has one. */
function sum(node: OnnxNode, bias: string | undefined, by: Replacement, biasSide: BiasSide): string {
  let [first, second] = node.inputs as [string, string]
  if (bias && biasSide?.(first, second) === 'first') first = by.op('Add', [first, bias])
  else if (bias && biasSide) second = by.op('Add', [second, bias])
  const name = given(node, 3)
  return by.op('Add', [first, second], {}, name ? [name] : undefined)
}

/** Outputs of a norm: its result and, where read, mean and inverse deviation. */
const normOutputs = ({ outputs }: OnnxNode): string[] => {
  const wanted = outputs.slice(0, 3)
  while (wanted.at(-1) === '') wanted.pop()
  return wanted
}

/** Inputs: input, skip, gamma, beta?, bias?. Outputs: normed, mean?, inverse deviation?, input + skip + bias?. */
const skipLayerNormalization: Opener = (node, by, biasSide) => {
  const [, , gamma, beta = '', bias] = node.inputs
  const norm = [sum(node, bias, by, biasSide), gamma!, ...(beta ? [beta] : [])]
  by.op('LayerNormalization', norm, epsilon(node), normOutputs(node))
}

/** Inputs: input, skip, gamma, bias?. Outputs as above; the norm is RMSNorm. */
const skipSimplifiedLayerNormalization: Opener = (node, by, biasSide) => {
  const [, , gamma, bias] = node.inputs
  const attributes = { ...epsilon(node), stash_type: 1 }
  by.op('SimplifiedLayerNormalization', [sum(node, bias, by, biasSide), gamma!], attributes, [node.outputs[0]!])
}

/** Rows 0, 1, … of the position table, one for each token. */
function runningPositions(ids: string, by: Replacement): string {
  const length = by.op('Gather', [by.op('Shape', [ids]), by.ints(1)], { axis: 0 })
  return by.op('Range', [by.ints(0), length, by.ints(1)])
}

/**
 * Inputs: ids, segments?, word table, position table, segment table?, gamma, beta, mask?, positions?. Outputs: normed, tokens per row (of the
 * mask)?, sum of the embeddings?.
 */
const embedLayerNormalization: Opener = (node, by) => {
  const [ids, segments, words, places, kinds, gamma, beta, mask, positions] = node.inputs
  const [, counts, total] = node.outputs
  const rows = by.op('Gather', [words!, ids!])
  const at = by.op('Gather', [places!, positions || runningPositions(ids!, by)])
  const typed = kinds && segments ? by.op('Add', [rows, by.op('Gather', [kinds, segments])]) : rows
  const embedding = by.op('Add', [typed, at], {}, total ? [total] : undefined)
  by.op('LayerNormalization', [embedding, gamma!, beta!], epsilon(node), [node.outputs[0]!])
  if (counts && mask) by.op('ReduceSum', [mask, by.ints([1])], { keepdims: 0 }, [counts])
}

/** Places of the inputs that an operator cannot do without. */
const REQUIRED: Readonly<Record<string, readonly number[]>> = {
  SkipLayerNormalization: [0, 1, 2],
  SkipSimplifiedLayerNormalization: [0, 1, 2],
  EmbedLayerNormalization: [0, 2, 3, 5, 6],
}
const OPENERS: Readonly<Record<string, Opener>> = {
  SkipLayerNormalization: skipLayerNormalization,
  SkipSimplifiedLayerNormalization: skipSimplifiedLayerNormalization,
  EmbedLayerNormalization: embedLayerNormalization,
}

const openerOf = (node: OnnxNode): Opener | undefined =>
  node.domain === 'com.microsoft' ? OPENERS[node.type] : undefined

/** A node must have what it computes with, and nobody may read an output that its replacement could not give. */
function requireOpenable(node: OnnxNode, graph: ExportGraph): void {
  if (!node.outputs[0] || REQUIRED[node.type]!.some((at) => !node.inputs[at])) {
    throw new ModelError('model_invalid', `${node.name}, a ${node.type}, lacks an input or its output.`)
  }
  const isRead = (index: number): boolean => {
    const name = given(node, index)
    return name !== undefined && graph.consumers(name).length > 0
  }
  const lost =
    (node.type === 'SkipSimplifiedLayerNormalization' && (isRead(1) || isRead(2))) ||
    (node.type === 'EmbedLayerNormalization' && isRead(1) && !node.inputs[7])
  if (!lost) return
  const what = `The export reads statistics that ${node.name}, a ${node.type}, gives beside its result`
  throw new ModelError(
    'model_unsupported',
    `${what}; such a node cannot be opened. Export the model without fusing it.`,
  )
}

function open(model: OnnxModel, biasSide: BiasSide): OnnxModel {
  return rewriteModel(model, (node, by) => openerOf(node)?.(node, by, biasSide))
}

/** Which side is the stream shows in the graph without biases: before, the norm's path and the sum's path part inside the fused operator. */
function biasSideIn(graph: ExportGraph): BiasSide {
  return (first, second) => (streamSide(graph, first, second) === second ? 'first' : 'second')
}

/**
 * The model with fused sums and norms opened. `tokens`: name of the input with the token ids.
 * @throws ModelError `model_unsupported` naming a node that cannot be opened, `model_invalid` for one that is not whole.
 */
export function openFused(model: OnnxModel, tokens: string): Opened {
  const graph = new ExportGraph(model, tokens)
  const opened = new Map<string, number>()
  for (const node of model.nodes) {
    if (!openerOf(node)) continue
    requireOpenable(node, graph)
    opened.set(node.type, (opened.get(node.type) ?? 0) + 1)
  }
  if (opened.size === 0) return { model, opened }
  return { model: open(model, biasSideIn(new ExportGraph(open(model, null), tokens))), opened }
}
