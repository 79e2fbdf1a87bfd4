// An ONNX file as checked, typed values: nodes in order, tensors with their place, declarations. Reads bytes; opens no files (file.ts).
import onnxProto from 'onnx-proto'
import { OnnxError } from '../errors.js'
import { checkWire, DEFAULT_LIMITS, type ModelLimits } from './wire.js'

const { onnx } = onnxProto
export type NodeProto = onnxProto.onnx.INodeProto
type TensorProto = onnxProto.onnx.ITensorProto
type GraphProto = onnxProto.onnx.IGraphProto

/** Operator sets whose nodes are understood; others would be foreign code. */
const DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'])

/** A graph input or output. `shape`: sizes, names of sizes, or null where nothing is said. */
export interface Declaration {
  readonly name: string
  /** `TensorProto.DataType`. */
  readonly elementType: number
  readonly shape: readonly (number | string | null)[]
}

interface ExternalLocation {
  /** Relative to the folder of the model file, as the file says it; not yet checked. */
  readonly file: string
  readonly offset: number
  readonly length: number | null
}

export interface Initialiser {
  readonly name: string
  readonly elementType: number
  readonly dims: readonly number[]
  /** Null: the values are inside the file. */
  readonly external: ExternalLocation | null
  readonly proto: TensorProto
}

export interface OnnxNode {
  /** Place in the file; nodes are in the order of computation. */
  readonly index: number
  readonly type: string
  readonly domain: string
  /** For messages; may be empty in the file, then the type and number. */
  readonly name: string
  /** Names of values; '' where an optional input is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Values of this graph that graphs inside the node's attributes read. */
  readonly captured: readonly string[]
  readonly proto: NodeProto
}

export interface OnnxModel {
  readonly irVersion: number
  /** Version per operator domain; '' is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>
  readonly producer: string
  readonly nodes: readonly OnnxNode[]
  readonly initialisers: ReadonlyMap<string, Initialiser>
  /** What a run must be given: declared inputs without those that have an initialiser. */
  readonly inputs: readonly Declaration[]
  readonly outputs: readonly Declaration[]
}

const invalid = (what: string, cause?: unknown): OnnxError =>
  new OnnxError('model_invalid', `The ONNX file is damaged: ${what}.`, { cause })
const unsupported = (what: string): OnnxError => new OnnxError('model_unsupported', `The ONNX file ${what}.`)

/** An integer of a protobuf field: a number or a Long. */
function integer(value: unknown, what: string): number {
  const number = Number(value ?? 0)
  if (Number.isSafeInteger(number)) return number
  throw invalid(`${what} is ${String(value)}`)
}

function declaration({ name, type }: onnxProto.onnx.IValueInfoProto): Declaration {
  const tensor = type?.tensorType
  if (!name) throw invalid('an input or output has no name')
  if (!tensor) throw unsupported(`declares ${name} as something other than a tensor`)
  const shape = (tensor.shape?.dim ?? []).map(({ dimValue, dimParam }) => {
    if (dimParam) return dimParam
    return dimValue === null || dimValue === undefined ? null : integer(dimValue, `a size of ${name}`)
  })
  return { name, elementType: tensor.elemType ?? 0, shape }
}

function externalLocation(tensor: TensorProto): ExternalLocation {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']))
  const file = entries.get('location')
  if (!file) throw invalid(`tensor ${tensor.name} lies outside the file, but no location is given`)
  const number = (key: string): number | null => {
    const text = entries.get(key)
    if (text === undefined) return null
    if (/^\d{1,15}$/.test(text)) return Number(text)
    throw invalid(`tensor ${tensor.name}: ${key} is ${JSON.stringify(text.slice(0, 40))}`)
  }
  return { file, offset: number('offset') ?? 0, length: number('length') }
}

/** @throws OnnxError `model_invalid` for a tensor without a name, shape or place. */
export function readInitialiser(tensor: TensorProto): Initialiser {
  const { name } = tensor
  if (!name) throw invalid('an initialiser has no name')
  const dims = (tensor.dims ?? []).map((dim) => integer(dim, `a size of ${name}`))
  if (dims.some((dim) => dim < 0)) throw invalid(`${name} has the shape [${dims.join(', ')}]`)
  return {
    name,
    elementType: tensor.dataType ?? 0,
    dims,
    external: isOutside(tensor) ? externalLocation(tensor) : null,
    proto: tensor,
  }
}

/** Tensors inside nodes have no business in other files: none of them is looked for, so none may be left to the runtime to find. */
function refuseHiddenFiles(nodes: readonly NodeProto[]): void {
  for (const { attribute, name } of nodes) {
    for (const { t, tensors, g, graphs, sparseTensor, sparseTensors } of attribute ?? []) {
      const sparse = [...(sparseTensor ? [sparseTensor] : []), ...(sparseTensors ?? [])]
      const inner = [...(g ? [g] : []), ...(graphs ?? [])]
      const all = [
        ...(t ? [t] : []),
        ...(tensors ?? []),
        ...sparse.flatMap(({ values, indices }) => [values ?? {}, indices ?? {}]),
        ...inner.flatMap(({ initializer }) => initializer ?? []),
      ]
      const outside = all.find((tensor) => isOutside(tensor) || (tensor.externalData ?? []).length > 0)
      if (outside) throw unsupported(`keeps a tensor of the node ${name || 'without a name'} in another file`)
      for (const { node, sparseInitializer } of inner) {
        if ((sparseInitializer ?? []).length > 0) throw unsupported('holds sparse tensors')
        refuseHiddenFiles(node ?? [])
      }
    }
  }
}

const isOutside = ({ dataLocation }: TensorProto): boolean => dataLocation === onnx.TensorProto.DataLocation.EXTERNAL

/** Names that graphs inside a node read and do not define themselves; what they define is counted too, which does no harm. */
function capturedNames({ attribute }: NodeProto): string[] {
  const graphs: GraphProto[] = (attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])])
  return graphs.flatMap(({ node, output }) => [
    ...(node ?? []).flatMap((inner) => [...(inner.input ?? []), ...capturedNames(inner)]),
    ...(output ?? []).map(({ name }) => name ?? ''),
  ])
}

/** @throws OnnxError `model_unsupported` for operators of foreign domains. */
export function readNode(proto: NodeProto, index: number): OnnxNode {
  const domain = proto.domain ?? ''
  const type = proto.opType ?? ''
  if (!DOMAINS.has(domain))
    throw unsupported(`uses the operator ${type} of the domain ${domain}, which is not run here`)
  return {
    index,
    type,
    domain: domain === 'ai.onnx' ? '' : domain,
    name: proto.name || `${type} #${index}`,
    inputs: proto.input ?? [],
    outputs: proto.output ?? [],
    captured: capturedNames(proto),
    proto,
  }
}

/** Every value has one origin, and is computed before it is read. */
function checkOrder(nodes: readonly OnnxNode[], given: Iterable<string>): void {
  const known = new Set(given)
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (input !== '' && !known.has(input)) throw invalid(`${node.name} reads ${input}, which nothing before it gives`)
    }
    for (const output of node.outputs) {
      if (output === '') continue
      if (known.has(output)) throw invalid(`${output} is given twice, the second time by ${node.name}`)
      known.add(output)
    }
  }
}

function decode(bytes: Uint8Array): onnxProto.onnx.ModelProto {
  try {
    return onnx.ModelProto.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error)
  }
}

/**
 * Reads a model. The tensors refer to `bytes`, which must stay as they are.
 * @throws OnnxError `model_invalid` for damaged or oversized files, `model_unsupported` for foreign operators, local functions and sparse
 * tensors.
 */
export function parseModel(bytes: Uint8Array, limits: ModelLimits = DEFAULT_LIMITS): OnnxModel {
  checkWire(bytes, limits)
  const proto = decode(bytes)
  const { graph } = proto
  if (!graph || (graph.node ?? []).length === 0) throw invalid('it holds no graph')
  if ((proto.functions ?? []).length > 0) throw unsupported('holds functions of its own; export it with them inlined')
  if ((graph.sparseInitializer ?? []).length > 0) throw unsupported('holds sparse tensors')
  const initialisers = new Map<string, Initialiser>()
  for (const tensor of (graph.initializer ?? []).map(readInitialiser)) {
    if (initialisers.has(tensor.name)) throw invalid(`the tensor ${tensor.name} is given twice`)
    initialisers.set(tensor.name, tensor)
  }
  refuseHiddenFiles(graph.node ?? [])
  const declared = (graph.input ?? []).map(declaration)
  const nodes = (graph.node ?? []).map(readNode)
  checkOrder(nodes, new Set([...declared.map(({ name }) => name), ...initialisers.keys()]))
  return {
    irVersion: integer(proto.irVersion, 'the format version'),
    opsets: new Map(
      (proto.opsetImport ?? []).map(({ domain, version }) => [
        domain === 'ai.onnx' ? '' : (domain ?? ''),
        integer(version, 'an operator set'),
      ]),
    ),
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(' '),
    nodes,
    initialisers,
    inputs: declared.filter(({ name }) => !initialisers.has(name)),
    outputs: (graph.output ?? []).map(declaration),
  }
}

/** The int64 values of a small tensor inside the file, or null for another type or place. */
export function initialiserInt64({ elementType, dims, external, proto }: Initialiser): readonly number[] | null {
  if (external || elementType !== onnx.TensorProto.DataType.INT64) return null
  const count = dims.reduce((product, dim) => product * dim, 1)
  const { rawData, int64Data } = proto
  if (rawData && rawData.length > 0) {
    if (rawData.length !== 8 * count) return null
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)))
  }
  return (int64Data ?? []).map((value) => integer(value, proto.name ?? 'a tensor'))
}
