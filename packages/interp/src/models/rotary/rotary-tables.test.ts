// Frequencies against those of the reference library (transformers 5.23, ROPE_INIT_FUNCTIONS; head dimension 16, base 10000).
import { describe, expect, it } from 'vitest'
import { parseRope } from './rope.js'
import { ropeRegime, rotaryTables } from './rotary-tables.js'

const WIDTH = 16
const plain = (type: string, parameters: object, positions: number) =>
  parseRope({
    max_position_embeddings: positions,
    rope_parameters: { rope_type: type, rope_theta: 10_000, ...parameters },
  }).rope

/** cos and sin at position 1 must be those of the frequencies, times the attention factor. */
function expectFrequencies(
  rope: ReturnType<typeof plain>,
  frequencies: readonly number[],
  factor: number,
  length = 1,
): void {
  const { cos, sin } = rotaryTables(rope, WIDTH, 2, ropeRegime(rope, length))
  for (const [i, frequency] of frequencies.entries()) {
    expect(cos[WIDTH / 2 + i]).toBeCloseTo(factor * Math.cos(frequency), 6)
    expect(sin[WIDTH / 2 + i]).toBeCloseTo(factor * Math.sin(frequency), 6)
  }
}

describe('rotary tables', () => {
  it('equal the reference for yarn, with its defaults and with every option', () => {
    expectFrequencies(
      plain('yarn', { factor: 4, original_max_position_embeddings: 32 }, 128),
      [
        1.0, 0.19764235615730286, 0.02500000037252903, 0.007905694656074047, 0.0024999999441206455,
        0.0007905694656074047, 0.0002500000118743628, 7.905694656074047e-5,
      ],
      1.138629436111989,
    )
    const options = { beta_fast: 16, beta_slow: 2, mscale: 0.7, mscale_all_dim: 1.2 }
    expectFrequencies(
      plain('yarn', { factor: 8, original_max_position_embeddings: 4096, ...options }, 32_768),
      [
        1.0, 0.3162277638912201, 0.10000000149011612, 0.03162277862429619, 0.007083332631736994, 0.001317615737207234,
        0.0001250000059371814, 3.9528473280370235e-5,
      ],
      0.9167912505456107,
    )
  })

  it('equal the reference for a dynamic rope beyond the trained length, and the plain rope within', () => {
    const rope = plain('dynamic', { factor: 2 }, 64)
    const beyond = [
      1.0, 0.28394514322280884, 0.08062484115362167, 0.0228930301964283, 0.0065003652125597, 0.0018457469996064901,
      0.0005240908940322697, 0.00014881306560710073,
    ]
    expectFrequencies(rope, beyond, 1, 100)
    const within = Array.from({ length: WIDTH / 2 }, (_, i) => 10_000 ** ((-2 * i) / WIDTH))
    expectFrequencies(rope, within, 1, 50)
  })

  it('say which lengths share frequencies', () => {
    const dynamic = plain('dynamic', { factor: 2 }, 64)
    expect([1, 64, 65, 66].map((length) => ropeRegime(dynamic, length))).toEqual([0, 0, 65, 66])
    const factors = { short_factor: Array(8).fill(1), long_factor: Array(8).fill(2) }
    const long = plain('longrope', { ...factors, original_max_position_embeddings: 16 }, 64)
    expect([1, 16, 17, 64].map((length) => ropeRegime(long, length))).toEqual([0, 0, 1, 1])
    expect(ropeRegime(plain('llama3', { ...LLAMA3 }, 64), 60)).toBe(0)
  })
})

const LLAMA3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 }
