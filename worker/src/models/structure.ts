// How a model is put together, in the shapes of the contract: what its plan says of every block, with parameters and bytes. Pure.
import type { AbsentSite, ModelBlock, ModelNorm, ModelPart, ModelStructure } from '@mistudio/contracts'
import { DTYPE_BYTES, type SafetensorsDtype } from '@mistudio/formats'
import {
  type AttentionPlan,
  absentSites,
  type BlockPlan,
  describeRope,
  type LinearPlan,
  type MlpPlan,
  type ModelPlan,
  type NormPlan,
  planTensors,
  type TensorSpec,
} from '@mistudio/interp/models'
import type { WeightsFolder } from './model-folder.js'

const FLOAT32_BYTES = 4

const elements = ({ shape }: TensorSpec): number => shape.reduce((product, dim) => product * dim, 1)
const parametersOf = (tensors: readonly TensorSpec[]): number =>
  tensors.reduce((sum, tensor) => sum + elements(tensor), 0)

/** The tensors of one block: those of a plan with it that the plan without blocks has not. */
export function blockTensors(plan: ModelPlan, block: BlockPlan): readonly TensorSpec[] {
  const outside = new Set(planTensors({ ...plan, blocks: [] }).map(({ name }) => name))
  return planTensors({ ...plan, blocks: [block] }).filter(({ name }) => !outside.has(name))
}

function describeNorm(norm: NormPlan | null): ModelNorm | null {
  if (norm === null) return null
  const { kind, width, eps, bias, offset } = norm
  return { kind, width, eps, bias: bias !== null, offset }
}

const anyBias = (...linears: readonly (LinearPlan | null)[]): boolean => linears.some((linear) => linear?.bias)

function describeAttention(attention: AttentionPlan): ModelBlock['attention'] {
  const { heads, kvHeads, headDim, window, scale, softcap, rotary, qkNorm, q, k, v, o } = attention
  return {
    heads,
    kvHeads,
    headDim,
    window,
    scale,
    softcap,
    rotary: rotary && { rope: describeRope(rotary.rope), width: rotary.width, pairs: rotary.pairs },
    qkNorm: qkNorm?.over ?? null,
    bias: { qkv: anyBias(q, k, v), output: anyBias(o) },
  }
}

const describeMlp = ({ dMlp, activation, gate, input, output }: MlpPlan): ModelBlock['mlp'] => ({
  dMlp,
  activation,
  gated: gate !== null,
  bias: anyBias(gate, input, output),
})

function describeBlock(plan: ModelPlan, block: BlockPlan): ModelBlock {
  const tensors = blockTensors(plan, block)
  const of = (part: TensorSpec['part']): number => parametersOf(tensors.filter((tensor) => tensor.part === part))
  return {
    parallel: block.parallel,
    attention: describeAttention(block.attention),
    mlp: describeMlp(block.mlp),
    ln1: describeNorm(block.ln1),
    ln2: block.ln2 === 'shared' ? 'shared' : describeNorm(block.ln2),
    ln1Post: describeNorm(block.ln1Post),
    ln2Post: describeNorm(block.ln2Post),
    parameters: { attention: of('attention'), mlp: of('mlp'), norm: of('norm') },
  }
}

/** Parameters and bytes by part; a tied matrix counts as embedding. */
function describeParts({ plan, source, tensors }: WeightsFolder): ModelPart[] {
  const parts = new Map<TensorSpec['part'], ModelPart>()
  for (const tensor of planTensors(plan)) {
    const { part } = tensor
    const { dtype } = source.info(tensors.fileNames.get(tensor.name)!)
    const known = parts.get(part) ?? { part, parameters: 0, storedBytes: 0, memoryBytes: 0 }
    const count = elements(tensor)
    parts.set(part, {
      part,
      parameters: known.parameters + count,
      storedBytes: known.storedBytes + count * DTYPE_BYTES[dtype as SafetensorsDtype],
      memoryBytes: known.memoryBytes + count * FLOAT32_BYTES,
    })
  }
  return [...parts.values()]
}

export function describeStructure(folder: WeightsFolder): ModelStructure {
  const { plan } = folder
  const { embedding, blocks, finalNorm, unembedding } = plan
  const { weight, bias } = unembedding.linear
  const tied = weight.tensor.name === embedding.tokens.name
  const positions = embedding.positions && {
    count: embedding.positions.tensor.shape[0]! - embedding.positions.offset,
    offset: embedding.positions.offset,
    parameters: elements(embedding.positions.tensor),
  }
  return {
    embedding: { parameters: elements(embedding.tokens), scale: embedding.scale, positions },
    blocks: blocks.map((block) => describeBlock(plan, block)),
    finalNorm: describeNorm(finalNorm)!,
    unembedding: {
      parameters: (tied ? 0 : elements(weight.tensor)) + (bias ? elements(bias.tensor) : 0),
      tied,
      bias: bias !== null,
      softcap: unembedding.softcap,
    },
    parts: describeParts(folder),
  }
}

export const describeAbsentSites = ({ plan }: WeightsFolder): AbsentSite[] => [...absentSites(plan)]
