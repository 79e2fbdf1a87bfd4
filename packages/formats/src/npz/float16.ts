// Rounding float32 to IEEE binary16, the nearest value and to even in a tie. The other direction is in safetensors/dtypes.

const single = new Float32Array(1)
const bits = new Uint32Array(single.buffer)

/** Bits of the nearest float16; magnitudes from 65520 on become infinity, as IEEE 754 has it. */
export function float16Bits(value: number): number {
  single[0] = value
  const word = bits[0]!
  const sign = (word >>> 16) & 0x8000
  const magnitude = word & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  // Below the smallest normal half, one unit is 2^-24.
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(single[0]!) * 2 ** 24)
  const lower = magnitude & 0x1fff
  const half = (magnitude - 0x38000000) >>> 13
  return sign | (lower > 0x1000 || (lower === 0x1000 && (half & 1) === 1) ? half + 1 : half)
}

/** Halves of `values`, same order. */
export function toFloat16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = float16Bits(values[i]!)
  return out
}

function roundEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
