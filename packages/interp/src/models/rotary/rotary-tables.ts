// cos and sin of rotary embeddings. Frequencies and angles are rounded to float32 as the reference library holds them, so that far
// positions agree with the arithmetic a model was trained with.
import { ModelError } from '../errors.js'
import type { Rope } from './rope.js'

/**
 * A rope whose frequencies depend on the length of the sequence says here which set a length uses; cached keys of one regime are wrong in
 * another. Ropes that do not depend on it have the single regime 0.
 */
export function ropeRegime(rope: Rope, length: number): number {
  if (rope.type === 'longrope') return length > rope.originalMaxPositions ? 1 : 0
  if (rope.type === 'dynamic') return length > rope.originalMaxPositions ? length : 0
  return 0
}

export const dependsOnLength = (rope: Rope): boolean => rope.type === 'longrope' || rope.type === 'dynamic'

const plainFrequency = (theta: number, i: number, width: number): number =>
  Math.fround(1 / Math.fround(theta ** ((2 * i) / width)))

function llama3Frequency(frequency: number, rope: Extract<Rope, { type: 'llama3' }>): number {
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = rope
  const wavelength = (2 * Math.PI) / frequency
  if (wavelength < originalMaxPositions / highFreqFactor) return frequency
  if (wavelength > originalMaxPositions / lowFreqFactor) return frequency / factor
  const smooth = (originalMaxPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor)
  return (1 - smooth) * (frequency / factor) + smooth * frequency
}

/** Share of pair i that is interpolated: 0 for fast pairs, 1 for slow ones, a linear ramp between the two borders. */
function yarnRamp(rope: Extract<Rope, { type: 'yarn' }>, width: number): (i: number) => number {
  const { theta, betaFast, betaSlow, originalMaxPositions, truncate } = rope
  const dimensionOf = (rotations: number): number =>
    (width * Math.log(originalMaxPositions / (rotations * 2 * Math.PI))) / (2 * Math.log(theta))
  const low = Math.max(0, truncate ? Math.floor(dimensionOf(betaFast)) : dimensionOf(betaFast))
  const high = Math.min(width - 1, truncate ? Math.ceil(dimensionOf(betaSlow)) : dimensionOf(betaSlow))
  const span = high === low ? 0.001 : high - low
  return (i) => Math.min(1, Math.max(0, (i - low) / span))
}

function longDivisors(rope: Extract<Rope, { type: 'longrope' }>, width: number, regime: number): readonly number[] {
  const divisors = regime === 1 ? rope.longFactor : rope.shortFactor
  if (divisors.length === width / 2) return divisors
  throw new ModelError(
    'model_invalid',
    `config.json: longrope needs ${width / 2} factors for a rotary width of ${width}, found ${divisors.length}.`,
  )
}

/** Base of a dynamic rope for sequences of `length` tokens. */
function dynamicTheta(rope: Extract<Rope, { type: 'dynamic' }>, width: number, length: number): number {
  if (length <= rope.originalMaxPositions) return rope.theta
  const stretch = (rope.factor * length) / rope.originalMaxPositions - (rope.factor - 1)
  return rope.theta * stretch ** (width / (width - 2))
}

/** Angular frequency of each pair of the first `width` dimensions of a head. */
function frequencies(rope: Rope, width: number, regime: number): Float32Array {
  const theta = rope.type === 'dynamic' ? dynamicTheta(rope, width, regime) : rope.theta
  const ramp = rope.type === 'yarn' ? yarnRamp(rope, width) : null
  const divisors = rope.type === 'longrope' ? longDivisors(rope, width, regime) : null
  return Float32Array.from({ length: width / 2 }, (_, i) => {
    const plain = plainFrequency(theta, i, width)
    if (rope.type === 'linear') return plain / rope.factor
    if (rope.type === 'llama3') return llama3Frequency(plain, rope)
    if (rope.type === 'yarn') return (plain / rope.factor) * ramp!(i) + plain * (1 - ramp!(i))
    if (divisors) return 1 / Math.fround(Math.fround(divisors[i]!) * Math.fround(theta ** ((2 * i) / width)))
    return plain
  })
}

/** cos and sin, each [positions, width / 2] float32, of positions 0 to `positions` - 1 in one regime (see ropeRegime). */
export function rotaryTables(
  rope: Rope,
  width: number,
  positions: number,
  regime = 0,
): { cos: Float32Array; sin: Float32Array } {
  const angular = frequencies(rope, width, regime)
  const magnitude = 'attentionFactor' in rope ? rope.attentionFactor : 1
  const cos = new Float32Array(positions * angular.length)
  const sin = new Float32Array(cos.length)
  for (let position = 0, at = 0; position < positions; position++) {
    for (const frequency of angular) {
      const angle = Math.fround(position * frequency)
      cos[at] = Math.fround(Math.cos(angle)) * magnitude
      sin[at++] = Math.fround(Math.sin(angle)) * magnitude
    }
  }
  return { cos, sin }
}
