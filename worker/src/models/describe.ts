// What the product shows of a model folder: sizes, sites, memory and warnings, in the shapes of the contract. Pure.
import type { ModelSpec as ModelDescription, Site as SiteDescription } from '@mistudio/contracts'
import {
  countParameters,
  describeRope,
  describeShape,
  estimateMemory,
  planSites,
  planTensors,
  siteWidth,
} from '@mistudio/interp'
import type { ModelFolder } from './model-folder.js'

const DTYPE_NAMES: Readonly<Record<string, string>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
}

export function describeSpec({ plan, tensors, eosTokenIds }: ModelFolder): ModelDescription {
  const { spec } = plan
  const { total, byPart } = countParameters(planTensors(plan))
  const { weights, kvPerToken, activationsPerToken } = estimateMemory(spec, total)
  return {
    architecture: spec.architecture,
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
    storedDtype: tensors.dtypes.map((dtype) => DTYPE_NAMES[dtype] ?? dtype).join(', '),
    parameters: total,
    parametersByPart: byPart,
    bosTokenId: spec.bosTokenId,
    eosTokenIds: [...eosTokenIds],
    memory: { weights, kvPerToken, activationsPerToken },
  }
}

export function describeSites({ plan }: ModelFolder): SiteDescription[] {
  return planSites(plan).map((site) => ({
    name: site.name,
    layer: site.layer,
    kind: site.kind,
    width: siteWidth(site),
    shape: describeShape(site),
  }))
}

/** What is odd about a folder but no reason to refuse it. `tokens`: size of the tokenizer's vocabulary. */
export function folderWarnings({ plan: { spec }, tensors }: ModelFolder, tokens: number): string[] {
  const warnings: string[] = []
  const { unused } = tensors
  if (unused.length > 0) {
    const shown = unused.slice(0, 5).join(', ')
    warnings.push(
      `${unused.length} tensors of the file are not part of a ${spec.architecture} model and are ignored: ${shown}${unused.length > 5 ? ' …' : ''}.`,
    )
  }
  if (tokens < spec.vocabSize) {
    warnings.push(
      `The embedding has ${spec.vocabSize} rows, the tokenizer ${tokens} tokens; the other ${spec.vocabSize - tokens} rows never occur in text.`,
    )
  }
  return warnings
}
