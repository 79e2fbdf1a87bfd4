// Random numbers addressed by counter: the n-th draw of a feature is a pure function of (seed, feature, n).
// So a resumed pass draws exactly what an uninterrupted one would have drawn, with no generator state to store.

/** 32-bit finaliser of MurmurHash3 (A. Appleby, public domain): every input bit reaches every output bit. */
function mix(h: number): number {
  let x = h | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** Uniform number in [0, 1) with 53 random bits, for draw `n` (0 ≤ n < 2^53) of stream `stream` under `seed`. */
export function uniform(seed: number, stream: number, n: number): number {
  const low = n | 0
  const high = Math.floor(n / 0x1_0000_0000) | 0
  let h = mix(seed ^ 0x9e3779b9)
  h = mix(h ^ stream)
  h = mix(h + low)
  h = mix(h ^ high)
  const first = (h >>> 0) >>> 5
  const second = (mix(h + 0x6d2b79f5) >>> 0) >>> 6
  return (first * 0x400_0000 + second) / 0x20_0000_0000_0000
}

/** Permutation of 0..n-1 by Fisher and Yates, a function of `seed` alone. */
export function seededPermutation(n: number, seed: number): Uint32Array {
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform(seed, 0x7065726d, i) * (i + 1))
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  return order
}
