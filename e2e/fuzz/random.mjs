// Seeded random numbers: the same seed, kind and index give the same input on every machine.

/** FNV-1a of a text, 32 bits. */
const hash = (/** @type {string} */ text) => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** mulberry32: a 32-bit state, good enough to choose mutations. */
export class Random {
  /** @param {string} seed any text */
  constructor(seed) {
    this.state = hash(seed)
  }

  /** @returns {number} in [0, 1) */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number in [0, below). @param {number} below */
  below(below) {
    return Math.floor(this.next() * below)
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return list[this.below(list.length)]
  }
}
