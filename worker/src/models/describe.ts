// What the product shows of a model folder: sizes, sites, memory and warnings, in the shapes of the contract. Pure.
import type {
  ExportFacts as ExportDescription,
  ModelSpec as ModelDescription,
  Site as SiteDescription,
} from '@mistudio/contracts'
import { analyseExport, type EightBitProducts, exportFacts } from '@mistudio/interp/exports'
import {
  countParameters,
  describeRope,
  describeShape,
  estimateMemory,
  planTensors,
  type Site,
  siteWidth,
} from '@mistudio/interp/models'
import type { ExportFolder, ModelFolder } from './model-folder.js'

const DTYPE_NAMES: Readonly<Record<string, string>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
}

/** `TensorProto.DataType`, as far as weights have it. */
const ONNX_TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
}

/** Types of the stored tensors, in words. An export's are by ONNX's numbers; small constants of other types are left out. */
function storedDtype(folder: ModelFolder): string {
  if (folder.format === 'safetensors')
    return folder.tensors.dtypes.map((dtype) => DTYPE_NAMES[dtype] ?? dtype).join(', ')
  const matrices = [...folder.file.model.initialisers.values()].filter(({ dims }) => dims.length >= 2)
  const types = new Set(matrices.map(({ elementType: type }) => ONNX_TYPES[type] ?? `ONNX type ${type}`))
  return [...types].join(', ')
}

export function describeSpec(folder: ModelFolder): ModelDescription {
  const { plan, eosTokenIds } = folder
  const { spec } = plan
  const { total, byPart } = countParameters(planTensors(plan))
  const { weights, kvPerToken, activationsPerToken } = estimateMemory(spec, total)
  return {
    architecture: spec.architecture,
    ...(folder.format === 'onnx' ? { format: 'onnx' as const, export: describeExport(folder) } : {}),
    layers: spec.layers,
    dModel: spec.dModel,
    heads: spec.heads,
    kvHeads: spec.kvHeads,
    headDim: spec.headDim,
    dMlp: spec.dMlp,
    vocabSize: spec.vocabSize,
    maxPositions: spec.maxPositions,
    activation: spec.activation,
    normEps: spec.normEps,
    rope: spec.rope ? describeRope(spec.rope) : 'learned positions',
    tiedEmbeddings: spec.tiedEmbeddings,
    storedDtype: storedDtype(folder),
    parameters: total,
    parametersByPart: byPart,
    bosTokenId: spec.bosTokenId,
    eosTokenIds: [...eosTokenIds],
    memory: { weights, kvPerToken, activationsPerToken },
  }
}

function describeExport(folder: ExportFolder): ExportDescription {
  const { opened, integerProducts, ...facts } = exportFacts(folder.file, analyseExport(folder.file, folder.config))
  return { ...facts, opened: [...opened], integerProducts: [...integerProducts] }
}

/** What to know before reading activations of an export. */
function exportWarnings({ opened, integerProducts, rangesPerPass, half }: ExportDescription): string[] {
  const warnings = [
    'An ONNX export: generation runs the whole text again for every token, precision cannot be chosen, and weights have no statistics.',
  ]
  if (opened.length > 0) {
    const names = opened.map(({ type, count }) => `${count} × ${type}`).join(', ')
    warnings.push(
      `${names} opened into a sum and a norm, to reach the residual stream in them; the parity report holds the logits against the graph as it was written.`,
    )
  }
  if (integerProducts.length > 0) {
    const names = integerProducts.map(({ type, count, bits }) => `${count} × ${type} (${bits} bits)`).join(', ')
    warnings.push(`Weights are stored as integers: ${names}. Activations are those of this rounded model.`)
  }
  if (rangesPerPass) {
    warnings.push(
      'Activations are rounded to 8 bits inside products, with one range for all tokens of a pass: values of a token depend a little on later tokens and on the texts beside it in a batch.',
    )
  }
  if (half) {
    warnings.push(
      'Values are stored as float16 (about 3 digits). The runtime computes them in float32 where it can, so reading or changing a site may round once more.',
    )
  }
  return warnings
}

/** What this processor makes of an export's products with signed 8-bit weights. */
export function eightBitWarnings({ products, error, unsigned }: EightBitProducts): string[] {
  if (unsigned) {
    return [
      `This processor cuts sums of signed 8-bit products off at 16 bits (it has no VNNI). The weights of ${products} products are therefore held as unsigned bytes, whose sums are exact; such products are somewhat slower here.`,
    ]
  }
  if (error === 0) return []
  return [
    `This processor adds up 8-bit products wrongly (off by up to ${error}), signed and unsigned alike: ${products} products of this export are affected. Use an export in float32 or float16.`,
  ]
}

export function describeSites(sites: readonly Site[]): SiteDescription[] {
  return sites.map((site) => ({
    name: site.name,
    layer: site.layer,
    kind: site.kind,
    width: siteWidth(site),
    shape: describeShape(site),
  }))
}

/** What is odd about a folder but no reason to refuse it. `tokens`: size of the tokenizer's vocabulary. */
export function folderWarnings(folder: ModelFolder, tokens: number): string[] {
  const { spec } = folder.plan
  const warnings: string[] = []
  const unused = folder.format === 'safetensors' ? folder.tensors.unused : []
  if (folder.format === 'onnx') warnings.push(...exportWarnings(describeExport(folder)))
  if (unused.length > 0) {
    const shown = unused.slice(0, 5).join(', ')
    warnings.push(
      `${unused.length} tensors of the file are not part of a ${spec.architecture} model and are ignored: ${shown}${unused.length > 5 ? ' …' : ''}.`,
    )
  }
  if (tokens < spec.vocabSize) {
    warnings.push(
      `The embedding has ${spec.vocabSize} rows, the tokenizer ${tokens} tokens; rows that never occur in text: ${spec.vocabSize - tokens}.`,
    )
  }
  return warnings
}
