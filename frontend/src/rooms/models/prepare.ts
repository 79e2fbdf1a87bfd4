// What a model's facts look like on screen: pure.
import type { AbsentSite, ExportFacts, Model, ModelSpec, ModelStructure, SelfCheck, Site } from '@mistudio/contracts'
import { places } from '../../places/index.js'
import { formatBytes, formatCount, formatNumber, formatPercent } from '../../ui/format.js'

/** Whether the model is a graph exported elsewhere: no weights by name, no choice of precision, no cache. */
export const isExport = (model: { readonly spec: ModelSpec | null }): boolean => model.spec?.format === 'onnx'

/** `9.6M parameters · 4 layers · width 192 · 36.6 MB at float32`. */
export const modelLine = (spec: ModelSpec): string =>
  [
    ...(spec.format === 'onnx' ? ['ONNX export'] : []),
    `${formatCount(spec.parameters)} parameters`,
    `${spec.layers} layers`,
    `width ${spec.dModel}`,
    spec.export ? `${formatBytes(spec.export.bytes)} on disk` : `${formatBytes(spec.memory.weights)} at float32`,
  ].join(' · ')

/** Facts as label and value, unknown ones said as such. */
export const architectureFacts = (spec: ModelSpec): readonly (readonly [string, string])[] => [
  ['Architecture', spec.architecture],
  ['Layers', String(spec.layers)],
  ['Width (d_model)', formatNumber(spec.dModel)],
  [
    'Attention heads',
    `${spec.heads} × ${spec.headDim}${spec.kvHeads !== spec.heads ? `, ${spec.kvHeads} for keys and values` : ''}`,
  ],
  ['MLP width (d_mlp)', formatNumber(spec.dMlp)],
  ['Activation', spec.activation],
  ['Vocabulary', formatNumber(spec.vocabSize)],
  ['Longest input', `${formatNumber(spec.maxPositions)} tokens`],
  ['Position encoding', spec.rope],
  ['Norm epsilon', spec.normEps.toExponential()],
  ['Embedding and unembedding', spec.tiedEmbeddings ? 'tied (one matrix)' : 'separate'],
  ['Stored as', spec.format === 'onnx' ? `ONNX export, ${spec.storedDtype}` : spec.storedDtype],
  ['BOS token', spec.bosTokenId === null ? 'not stated' : `id ${spec.bosTokenId}`],
  ['EOS tokens', spec.eosTokenIds.length ? `id ${spec.eosTokenIds.join(', ')}` : 'not stated'],
]

const counted = (operators: readonly { type: string; count: number }[]): string =>
  operators.map(({ type, count }) => `${count} × ${type}`).join(', ')

/** What an ONNX export is made of, as label and value. */
export const exportRows = (facts: ExportFacts): readonly (readonly [string, string])[] => [
  ['Written by', facts.producer || 'not stated'],
  ['Graph', `${formatNumber(facts.nodes)} nodes, operator set ${facts.opset}`],
  ['On disk', formatBytes(facts.bytes)],
  ['Opened', counted(facts.opened) || 'nothing: no fused sums'],
  [
    'Integer weights',
    facts.integerProducts.map(({ type, count, bits }) => `${count} × ${type}, ${bits} bits`).join('; ') || 'none',
  ],
  ['Activations', activationsText(facts)],
  ...eightBitRows(facts),
]

const eightBitRows = ({ eightBit }: ExportFacts): (readonly [string, string])[] => {
  if (!eightBit || eightBit.products === 0) return []
  const how = eightBit.unsigned
    ? 'weights held as unsigned bytes, since this processor cuts signed sums off at 16 bits; exact'
    : eightBit.error === 0
      ? 'exact on this processor'
      : 'wrong on this processor; use an export in float32 or float16'
  return [['Sums of 8-bit products', how]]
}

const activationsText = ({ rangesPerPass, half }: ExportFacts): string => {
  if (rangesPerPass) return 'rounded to 8 bits in products, one range per pass'
  return half ? 'float16' : 'float32'
}

export interface PartRow {
  part: string
  parameters: number
  share: number
  /** At float32, and as stored; null where it was not recorded. */
  memoryBytes: number
  storedBytes: number | null
}
/** Parameters and memory by part, largest first. */
export const partRows = ({ spec, structure }: { spec: ModelSpec; structure: ModelStructure | null }): PartRow[] => {
  const parts: readonly Omit<PartRow, 'share'>[] =
    structure?.parts ??
    spec.parametersByPart.map((row) => ({ ...row, memoryBytes: row.parameters * 4, storedBytes: null }))
  return parts
    .map((row) => ({ ...row, share: spec.parameters > 0 ? row.parameters / spec.parameters : 0 }))
    .sort((a, b) => b.parameters - a.parameters)
}

export interface SiteGroup {
  label: string
  sites: readonly Site[]
}
/** Sites by layer, those without a layer (embedding, final norm) first. */
export const siteGroups = (sites: readonly Site[]): SiteGroup[] => {
  const outside = sites.filter((site) => site.layer === null)
  const layers = [...new Set(sites.flatMap((site) => (site.layer === null ? [] : [site.layer])))].sort((a, b) => a - b)
  return [
    ...(outside.length ? [{ label: 'Whole model', sites: outside }] : []),
    ...layers.map((layer) => ({ label: `Layer ${layer}`, sites: sites.filter((site) => site.layer === layer) })),
  ]
}

export interface AbsentGroup {
  reason: string
  names: readonly string[]
}
/** Sites that a model lacks by the reason why, in the order in which reasons first occur. */
export const absentGroups = (sites: readonly AbsentSite[]): AbsentGroup[] =>
  [...new Set(sites.map(({ reason }) => reason))].map((reason) => ({
    reason,
    names: sites.filter((site) => site.reason === reason).map(({ name }) => name),
  }))

/** Sites on which an SAE is usually trained: the streams and the outputs of attention and MLP. */
export const isTrainingSite = (site: Site): boolean =>
  /hook_(resid_pre|resid_mid|resid_post|mlp_out|attn_out|embed)$/.test(site.name)

/** Whether an SAE can be trained at a site: on any vector per token, once the model is ready. */
export const isTrainable = (model: Pick<Model, 'status'>, site: Site): boolean =>
  model.status === 'ready' && site.kind === 'token' && site.width > 1

/** The training form with model and site filled in. */
export const trainingAddress = (model: Pick<Model, 'id'>, site: Site): string =>
  places.newTraining({ modelId: model.id, site: site.name })

/** The form for a new capture with model and site filled in; null for sites that none can read. */
export const captureAddress = (model: Pick<Model, 'id' | 'status'>, site: Site): string | null =>
  model.status === 'ready' && site.kind === 'token' ? places.newCapture({ model: model.id, site: site.name }) : null

export interface CheckVerdict {
  good: boolean
  text: string
}
/** What the self-check figures say: a trained model's loss is far below uniform guessing. */
export const judgeSelfCheck = (check: SelfCheck): CheckVerdict => {
  if (!check.finite)
    return { good: false, text: 'The model gave values that are not finite numbers. Its weights are probably damaged.' }
  const share = check.lossNats / check.uniformLossNats
  if (share >= 0.9)
    return {
      good: false,
      text: `The loss is near that of guessing (${formatPercent(share, 0)} of it). The model is untrained, or the weights do not belong to this architecture.`,
    }
  return {
    good: true,
    text: `The loss is ${formatPercent(share, 0)} of that of uniform guessing: the weights make sense.`,
  }
}

/** Where the files came from, for models of the hub. */
export const sourceFacts = ({ hub }: Pick<Model, 'hub'>): (readonly [string, string])[] =>
  hub ? [['From the hub', `${hub.repo} at ${hub.commit.slice(0, 12)}${hub.graph ? `, ${hub.graph}` : ''}`]] : []
