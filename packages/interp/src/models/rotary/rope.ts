// Rotary position embedding: what a config says about it, in both layouts.
// Layouts: old `rope_theta` + `rope_scaling {rope_type | type, ...}`; new (transformers 5) `rope_parameters {rope_type, rope_theta, ...}`.
// Sources: RoPE arXiv:2104.09864; YaRN arXiv:2309.00071; LongRoPE arXiv:2402.13753; Llama 3.1 arXiv:2407.21783.
import { z } from 'zod'
import { parseConfig, positive } from '../config.js'
import { ModelError } from '../errors.js'

export type Rope =
  | { readonly type: 'default'; readonly theta: number }
  /** Positions are divided by `factor`. */
  | { readonly type: 'linear'; readonly theta: number; readonly factor: number }
  /** Beyond the trained length the base grows with the length of the sequence. */
  | { readonly type: 'dynamic'; readonly theta: number; readonly factor: number; readonly originalMaxPositions: number }
  /** Llama 3.1: low frequencies are divided by `factor`, high ones kept, those between blended. */
  | {
      readonly type: 'llama3'
      readonly theta: number
      readonly factor: number
      readonly lowFreqFactor: number
      readonly highFreqFactor: number
      readonly originalMaxPositions: number
    }
  /** Slow dimensions are interpolated, fast ones kept, a ramp between; cos and sin are multiplied by `attentionFactor`. */
  | {
      readonly type: 'yarn'
      readonly theta: number
      readonly factor: number
      readonly attentionFactor: number
      readonly betaFast: number
      readonly betaSlow: number
      readonly truncate: boolean
      readonly originalMaxPositions: number
    }
  /** A divisor for each pair: the short list up to the original length, the long list for ALL positions of longer sequences. */
  | {
      readonly type: 'longrope'
      readonly theta: number
      readonly attentionFactor: number
      readonly shortFactor: readonly number[]
      readonly longFactor: readonly number[]
      readonly originalMaxPositions: number
    }

export const RopeConfigSchema = z.looseObject({
  rope_theta: positive.nullish(),
  rope_scaling: z.looseObject({}).nullish(),
  rope_parameters: z.looseObject({}).nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
  original_max_position_embeddings: positive.nullish(),
})

const ParametersSchema = z.looseObject({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: positive.nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
  factor: positive.nullish(),
  original_max_position_embeddings: positive.nullish(),
  attention_factor: positive.nullish(),
})
type Parameters = z.infer<typeof ParametersSchema>

const FactorSchema = z.looseObject({ factor: positive })
const Llama3Schema = z.looseObject({
  factor: positive,
  low_freq_factor: positive,
  high_freq_factor: positive,
  original_max_position_embeddings: positive,
})
const YarnSchema = z.looseObject({
  beta_fast: positive.nullish(),
  beta_slow: positive.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
})
const LongSchema = z.looseObject({
  short_factor: z.array(positive).max(4096),
  long_factor: z.array(positive).max(4096),
})

/** What the keys of a config mean where the rope parameters themselves do not say it. */
export interface RopeDefaults {
  readonly theta: number
  /** Share of a head that is rotated. */
  readonly fraction: number
  readonly maxPositions: number
  /** `original_max_position_embeddings` beside the rope parameters (Phi-3). */
  readonly originalMaxPositions?: number | null | undefined
}

export interface ParsedRope {
  readonly rope: Rope
  readonly fraction: number
}

/**
 * The rotary embedding that rope parameters describe.
 * @throws ModelError `model_unsupported` naming a rope type that is not implemented, `model_invalid` for missing parameters.
 */
export function parseRopeParameters(source: unknown, defaults: RopeDefaults): ParsedRope {
  const parameters = parseConfig(ParametersSchema, source ?? {})
  return {
    rope: ropeOfType(parameters.rope_type ?? parameters.type ?? 'default', parameters, defaults),
    fraction: parameters.partial_rotary_factor ?? defaults.fraction,
  }
}

/** The rotary embedding of a config in either layout; `theta` and `fraction` where it says nothing. */
export function parseRope(
  config: z.infer<typeof RopeConfigSchema> & { max_position_embeddings: number },
  family: { theta?: number; fraction?: number } = {},
): ParsedRope {
  return parseRopeParameters(config.rope_parameters ?? config.rope_scaling, {
    theta: config.rope_theta ?? family.theta ?? 10_000,
    fraction: config.partial_rotary_factor ?? family.fraction ?? 1,
    maxPositions: config.max_position_embeddings,
    originalMaxPositions: config.original_max_position_embeddings,
  })
}

function ropeOfType(type: string, source: Parameters, defaults: RopeDefaults): Rope {
  const theta = source.rope_theta ?? defaults.theta
  const original = defaults.originalMaxPositions ?? source.original_max_position_embeddings ?? defaults.maxPositions
  if (type === 'default') return { type, theta }
  if (type === 'linear') return { type, theta, factor: parseConfig(FactorSchema, source).factor }
  if (type === 'dynamic') {
    return {
      type,
      theta,
      factor: parseConfig(FactorSchema, source).factor,
      originalMaxPositions: defaults.maxPositions,
    }
  }
  if (type === 'llama3') {
    const parameters = parseConfig(Llama3Schema, source)
    return {
      type,
      theta,
      factor: parameters.factor,
      lowFreqFactor: parameters.low_freq_factor,
      highFreqFactor: parameters.high_freq_factor,
      originalMaxPositions: parameters.original_max_position_embeddings,
    }
  }
  if (type === 'yarn') return yarn(source, theta, original, defaults.maxPositions)
  if (type === 'longrope' || type === 'su') return longrope(source, theta, original, defaults.maxPositions)
  throw new ModelError(
    'model_unsupported',
    `config.json: rope type ${type} is not supported (default, linear, dynamic, llama3, yarn and longrope are).`,
  )
}

function yarn(source: Parameters, theta: number, originalMaxPositions: number, maxPositions: number): Rope {
  const { beta_fast, beta_slow, mscale, mscale_all_dim, truncate } = parseConfig(YarnSchema, source)
  const factor = source.factor ?? maxPositions / originalMaxPositions
  const magnitude = (scale: number): number => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1)
  const given = mscale && mscale_all_dim ? magnitude(mscale) / magnitude(mscale_all_dim) : magnitude(1)
  return {
    type: 'yarn',
    theta,
    factor,
    attentionFactor: source.attention_factor ?? given,
    betaFast: beta_fast ?? 32,
    betaSlow: beta_slow ?? 1,
    truncate: truncate ?? true,
    originalMaxPositions,
  }
}

function longrope(source: Parameters, theta: number, originalMaxPositions: number, maxPositions: number): Rope {
  const { short_factor: shortFactor, long_factor: longFactor } = parseConfig(LongSchema, source)
  const stretch = source.factor ?? maxPositions / originalMaxPositions
  const given = stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(originalMaxPositions))
  const attentionFactor = source.attention_factor ?? given
  return { type: 'longrope', theta, attentionFactor, shortFactor, longFactor, originalMaxPositions }
}

/** One line for people: `default, theta 10000`. */
export function describeRope(rope: Rope): string {
  const { type, theta } = rope
  if (type === 'default') return `default, theta ${theta}`
  if (type === 'longrope') return `longrope beyond ${rope.originalMaxPositions}, theta ${theta}`
  return `${type} ×${rope.factor}, theta ${theta}`
}
