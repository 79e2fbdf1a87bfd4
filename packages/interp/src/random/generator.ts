// A small seeded generator for sampling: xoshiro128** (Blackman and Vigna 2018), its state filled by splitmix32. Not for secrets.

export interface Random {
  /** Uniform in [0, 1) with 32 random bits. */
  next(): number
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

function* splitmix32(seed: number): Generator<number, never> {
  let state = seed | 0
  while (true) {
    state = (state + 0x9e3779b9) | 0
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    yield z ^ (z >>> 15)
  }
}

/** A generator that gives the same numbers for the same seed (an integer). */
export function createRandom(seed: number): Random {
  const source = splitmix32(seed)
  let [a, b, c, d] = [source.next().value, source.next().value, source.next().value, source.next().value]
  return {
    next() {
      const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
      const shifted = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = rotate(d, 11)
      return (result >>> 0) / 2 ** 32
    },
  }
}
