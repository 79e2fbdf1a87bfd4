// From the residual stream to named sites: which steps make a block, and what inside a block can be told apart for certain. What cannot is
// listed with the reason.
import { intAttribute, type OnnxNode } from '@mistudio/onnx'
import type { AbsentSite, Site } from '../models/index.js'
import type { ExportGraph } from './export-graph.js'
import { isLinear, type ResidualStep, type ResidualStream } from './residual-stream.js'

/** A site and the value of the graph it is. Two sites may be one value (resid_post and the next resid_pre). */
export interface ExportSite extends Site {
  readonly value: string
}

export interface ExportSites {
  /** In the order of the forward pass. */
  readonly sites: readonly ExportSite[]
  readonly absent: readonly AbsentSite[]
  /** Blocks whose boundaries were found. */
  readonly layers: number
}

/** One block: attention, then MLP, in two steps or (parallel) in one. */
interface Block {
  readonly before: string
  readonly attention: string
  readonly middle: string | null
  readonly mlp: string
  readonly after: string
}

const only = (step: ResidualStep | undefined, kind: 'attention' | 'mlp'): string | null =>
  step?.added.length === 1 && step.added[0]!.kind === kind ? step.added[0]!.value : null

/** Blocks from the first on, as far as steps fit the pattern; `stop`: why the rest does not. */
function blocksOf(steps: readonly ResidualStep[]): { blocks: Block[]; stop: string | null } {
  const blocks: Block[] = []
  for (let i = 0; i < steps.length; ) {
    const [step, next] = [steps[i]!, steps[i + 1]]
    const parts = new Map(step.added.map(({ kind, value }) => [kind, value]))
    const [attention, mlp] = [only(step, 'attention'), only(next, 'mlp')]
    if (step.added.length === 2 && parts.size === 2) {
      const [a, m] = [parts.get('attention')!, parts.get('mlp')!]
      blocks.push({ before: step.before, attention: a, middle: null, mlp: m, after: step.after })
      i += 1
    } else if (attention !== null && mlp !== null) {
      blocks.push({ before: step.before, attention, middle: step.after, mlp, after: next!.after })
      i += 2
    } else {
      const found = step.added.map(({ kind }) => kind).join(' and ')
      return { blocks, stop: `residual sum ${i} adds ${found}, which does not make attention followed by an MLP` }
    }
  }
  return { blocks, stop: null }
}

/** The last product with stored weights before a value, when there is one: the output projection of an attention or MLP. */
function lastLinear(graph: ExportGraph, value: string, before: string): OnnxNode | null {
  const found = new Set<OnnxNode>()
  const seen = new Set<string>([graph.strip(before)])
  const stack = [value]
  while (stack.length > 0) {
    const at = stack.pop()!
    const node = graph.producer(at)
    if (!node || seen.has(at)) continue
    seen.add(at)
    if (isLinear(graph, node)) found.add(node)
    else stack.push(...graph.dataInputs(node))
  }
  const [node] = found
  return node && found.size === 1 ? node : null
}

/** Rows of the stored matrix of a product: the width of what it reads. */
function linearWidth(graph: ExportGraph, node: OnnxNode): number | null {
  if (node.type === 'MatMulNBits') return intAttribute(node, 'K')
  const transposed = (node.type === 'Gemm' || node.type === 'FusedMatMul') && intAttribute(node, 'transB') === 1
  const dims = weightDims(graph, node.inputs[1]!)
  return dims?.length === 2 ? dims[transposed ? 1 : 0]! : null
}

/** Shape of a stored matrix, also behind one Transpose. */
function weightDims(graph: ExportGraph, value: string): readonly number[] | null {
  const stored = graph.initialiser(value)
  if (stored) return stored.dims
  const node = graph.producer(value)
  const inner = node?.type === 'Transpose' ? graph.initialiser(node.inputs[0]!)?.dims : undefined
  return inner?.length === 2 ? [inner[1]!, inner[0]!] : null
}

/** What a product reads, before it was flattened to two axes or made integers. */
function unflattened(graph: ExportGraph, node: OnnxNode): string {
  const data = graph.unquantised(node.inputs[0]!)
  const before = graph.producer(data)
  return node.type === 'Gemm' && before?.type === 'Reshape' ? before.inputs[0]! : data
}

interface Inner {
  readonly value: string
  readonly width: number
}

function readOf(graph: ExportGraph, contribution: string, before: string): Inner | string {
  const node = lastLinear(graph, contribution, before)
  if (!node) return 'The output is not one product with stored weights, so what it reads cannot be told.'
  const width = linearWidth(graph, node)
  if (width === null) return `The weights of ${node.name} are stored in a form whose width is not read.`
  return { value: unflattened(graph, node), width }
}

const NOT_SOUGHT =
  'Not looked for: every exporter names, splits and joins these values in its own way, so the graph does not tell them for certain.'
const INNER_NAMES = [
  'ln1.hook_scale',
  'ln1.hook_normalized',
  'attn.hook_q',
  'attn.hook_k',
  'attn.hook_v',
  'attn.hook_pattern',
  'attn.hook_result',
  'ln2.hook_scale',
  'ln2.hook_normalized',
  'mlp.hook_pre',
]

/** The embedding rows, and the position embedding added to them, where the stream begins with either. */
function embeddingSites(
  graph: ExportGraph,
  { start }: ResidualStream,
  dModel: number,
  absent: AbsentSite[],
): ExportSite[] {
  const whole = (name: string, value: string): ExportSite => ({
    name,
    layer: null,
    kind: 'token',
    shape: [dModel],
    value,
  })
  const node = graph.producer(start)
  const rows = node?.type === 'Add' ? graph.dataInputs(node) : [start]
  const positions = node?.type === 'Add' ? node.inputs.filter((input) => !graph.isData(input)) : []
  if (rows.length !== 1) {
    absent.push({ name: 'hook_embed', reason: 'The stream begins with a sum of several values of the tokens.' })
    return []
  }
  if (positions.length === 0) {
    absent.push({ name: 'hook_pos_embed', reason: 'Nothing is added to the token embeddings before the first block.' })
  }
  return [whole('hook_embed', rows[0]!), ...positions.map((value) => whole('hook_pos_embed', value))]
}

function blockSites(
  graph: ExportGraph,
  block: Block,
  layer: number,
  dModel: number,
  absent: AbsentSite[],
): ExportSite[] {
  const named = (name: string): string => `blocks.${layer}.${name}`
  const site = (name: string, value: string, width = dModel): ExportSite => ({
    name: named(name),
    layer,
    kind: 'token',
    shape: [width],
    value,
  })
  const inner = (name: string, contribution: string, before: string): ExportSite[] => {
    const found = readOf(graph, contribution, before)
    if (typeof found !== 'string') return [site(name, found.value, found.width)]
    absent.push({ name: named(name), reason: found })
    return []
  }
  const { before, attention, middle, mlp, after } = block
  return [
    site('hook_resid_pre', before),
    ...inner('attn.hook_z', attention, before),
    site('hook_attn_out', attention),
    ...(middle === null ? [] : [site('hook_resid_mid', middle)]),
    ...inner('mlp.hook_post', mlp, middle ?? before),
    site('hook_mlp_out', mlp),
    site('hook_resid_post', after),
  ]
}

/**
 * Sites of a stream and what is not among them. `expectedLayers`: what config.json says; where the graph has another number of blocks,
 * only the blocks that were found are named.
 */
export function nameSites(
  graph: ExportGraph,
  stream: ResidualStream,
  dModel: number,
  expectedLayers: number,
): ExportSites {
  const absent: AbsentSite[] = []
  const { blocks, stop } = blocksOf(stream.steps)
  const embedding = embeddingSites(graph, stream, dModel, absent)
  const inBlocks = blocks.flatMap((block, layer) => blockSites(graph, block, layer, dModel, absent))
  if (blocks.some(({ middle }) => middle === null)) {
    const reason = 'Attention and MLP read the same residual stream; there is no state between them.'
    absent.push({ name: 'blocks.L.hook_resid_mid', reason })
  }
  for (let layer = blocks.length; layer < expectedLayers; layer++) {
    const reason = stop ? `After block ${blocks.length - 1}: ${stop}.` : `The graph has only ${blocks.length} blocks.`
    absent.push({ name: `blocks.${layer}.hook_resid_post`, reason })
  }
  for (const name of INNER_NAMES) absent.push({ name: `blocks.L.${name}`, reason: NOT_SOUGHT })
  absent.push({ name: 'ln_final.hook_scale', reason: NOT_SOUGHT })
  const final: ExportSite = {
    name: 'unembed.hook_in',
    layer: null,
    kind: 'token',
    shape: [dModel],
    value: stream.final,
  }
  return { sites: [...embedding, ...inBlocks, final], absent, layers: blocks.length }
}
