// float32 to IEEE 754 half precision, as bits.

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

function half(value: number): number {
  float[0] = value
  const word = bits[0]!
  const sign = (word >>> 16) & 0x8000
  const magnitude = Math.abs(float[0])
  if (Number.isNaN(magnitude)) return sign | 0x7e00
  if (magnitude >= 65_520) return sign | 0x7c00
  // Below the smallest normal number, steps are 2^-24 wide.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24)
  const exponent = ((word >>> 23) & 0xff) - 127
  const steps = roundToEven((magnitude / 2 ** exponent - 1) * 1024)
  // A carry out of the fraction raises the exponent, as it should.
  return sign | (((exponent + 15) << 10) + steps)
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

/** Rounded to nearest, ties to even; beyond ±65,504 infinite. */
export function toFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, half)
}
