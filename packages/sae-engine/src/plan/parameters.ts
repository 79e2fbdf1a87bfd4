// Which parameters an architecture has, and how they lie in a shard.
import type { ShardPlan } from './types.js'

/**
 * `encoder` and `decoder`: rows of the own features, [features, width]; W_enc thus transposed. `feature`: a number per own feature.
 * `output`: [d_out], the same in every shard.
 */
type ParameterKind = 'encoder' | 'decoder' | 'feature' | 'output'

export interface Parameter {
  readonly name: string
  readonly kind: ParameterKind
}

const PER_FEATURE: Record<ShardPlan['kind'], readonly string[]> = {
  topk: ['b_enc'],
  standard: ['b_enc'],
  jumprelu: ['b_enc', 'threshold'],
  gated: ['b_gate', 'r_mag', 'b_mag'],
}

export const parametersOf = ({ kind }: Pick<ShardPlan, 'kind'>): readonly Parameter[] => [
  { name: 'W_enc', kind: 'encoder' },
  { name: 'W_dec', kind: 'decoder' },
  ...PER_FEATURE[kind].map((name) => ({ name, kind: 'feature' as const })),
  { name: 'b_dec', kind: 'output' },
]

/** The bias that the encoder product adds. */
export const encoderBias = ({ kind }: Pick<ShardPlan, 'kind'>): string => (kind === 'gated' ? 'b_gate' : 'b_enc')
