// Rotary position embedding: reading its parameters from both config layouts and computing the cos/sin tables.
// Layouts: old `rope_theta` + `rope_scaling {rope_type | type, ...}`; new (transformers 5) `rope_parameters {rope_type, rope_theta, ...}`.
import { z } from 'zod'
import { parseConfig } from './config.js'
import { ModelError } from './errors.js'

export type Rope =
  | { readonly type: 'default'; readonly theta: number }
  /** Positions are divided by `factor`. */
  | { readonly type: 'linear'; readonly theta: number; readonly factor: number }
  /** Llama 3.1: low frequencies are divided by `factor`, high ones kept, those between blended. */
  | {
      readonly type: 'llama3'
      readonly theta: number
      readonly factor: number
      readonly lowFreqFactor: number
      readonly highFreqFactor: number
      readonly originalMaxPositions: number
    }

const positive = z.number().positive()
export const RopeConfigSchema = z.looseObject({
  rope_theta: positive.nullish(),
  rope_scaling: z.looseObject({}).nullish(),
  rope_parameters: z.looseObject({}).nullish(),
})
const ParametersSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.optional(),
  partial_rotary_factor: z.number().optional(),
})
const LinearSchema = z.looseObject({ factor: positive })
const Llama3Schema = z.looseObject({
  factor: positive,
  low_freq_factor: positive,
  high_freq_factor: positive,
  original_max_position_embeddings: positive,
})

const DEFAULT_THETA = 10_000

/**
 * The rotary embedding that a config describes.
 * @throws ModelError `model_unsupported` naming the rope type or option that is not implemented, `model_invalid` for missing parameters.
 */
export function parseRope(config: z.infer<typeof RopeConfigSchema>): Rope {
  const source = parseConfig(ParametersSchema, config.rope_parameters ?? config.rope_scaling ?? {})
  const type = source.rope_type ?? source.type ?? 'default'
  const theta = source.rope_theta ?? config.rope_theta ?? DEFAULT_THETA
  if ((source.partial_rotary_factor ?? 1) !== 1) {
    throw new ModelError(
      'model_unsupported',
      `config.json: partial_rotary_factor ${source.partial_rotary_factor} is not supported.`,
    )
  }
  if (type === 'default') return { type, theta }
  if (type === 'linear') return { type, theta, factor: parseConfig(LinearSchema, source).factor }
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
  throw new ModelError(
    'model_unsupported',
    `config.json: rope type ${type} is not supported (default, linear and llama3 are).`,
  )
}

/** Angular frequency of each pair of dimensions, rounded to float32 as the reference library holds them. */
function inverseFrequencies(rope: Rope, width: number): Float32Array {
  const frequencies = new Float32Array(width / 2)
  for (let i = 0; i < frequencies.length; i++) {
    const plain = Math.fround(1 / Math.fround(rope.theta ** ((2 * i) / width)))
    frequencies[i] =
      rope.type === 'llama3' ? llama3Frequency(plain, rope) : rope.type === 'linear' ? plain / rope.factor : plain
  }
  return frequencies
}

function llama3Frequency(frequency: number, rope: Extract<Rope, { type: 'llama3' }>): number {
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = rope
  const wavelength = (2 * Math.PI) / frequency
  if (wavelength < originalMaxPositions / highFreqFactor) return frequency
  if (wavelength > originalMaxPositions / lowFreqFactor) return frequency / factor
  const smooth = (originalMaxPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor)
  return (1 - smooth) * (frequency / factor) + smooth * frequency
}

/**
 * cos and sin of every angle, each [positions, width / 2] float32. `width` is the rotary width (here the head dimension).
 * Angles are rounded to float32 before cos and sin: far positions then agree with the library the model was trained with.
 */
export function rotaryTables(rope: Rope, width: number, positions: number): { cos: Float32Array; sin: Float32Array } {
  const frequencies = inverseFrequencies(rope, width)
  const cos = new Float32Array(positions * frequencies.length)
  const sin = new Float32Array(cos.length)
  for (let position = 0, at = 0; position < positions; position++) {
    for (const frequency of frequencies) {
      const angle = Math.fround(position * frequency)
      cos[at] = Math.cos(angle)
      sin[at++] = Math.sin(angle)
    }
  }
  return { cos, sin }
}

/** One line for people: `default, theta 10000`. */
export function describeRope(rope: Rope): string {
  return rope.type === 'default' ? `default, theta ${rope.theta}` : `${rope.type} ×${rope.factor}, theta ${rope.theta}`
}
