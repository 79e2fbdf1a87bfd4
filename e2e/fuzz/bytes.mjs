// Mutations that know nothing of the format: bits flipped, bytes inserted, removed, repeated and moved, the end cut off.

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {(bytes: Buffer, random: Random) => Buffer} ByteMutation */

/** Bytes that parsers tend to stumble over: NUL, quotes, brackets, lone UTF-8 leads and tails, a byte order mark. */
const NASTY = [
  [0],
  [0xff],
  [0x22],
  [0x5c],
  [0x7b],
  [0x5d],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xef, 0xbb, 0xbf],
]

const span = (/** @type {Buffer} */ bytes, /** @type {Random} */ random) => {
  const start = random.below(bytes.length + 1)
  return [start, Math.min(bytes.length, start + 1 + random.below(32))]
}

/** @type {Readonly<Record<string, ByteMutation>>} */
const MUTATIONS = {
  flip(bytes, random) {
    const out = Buffer.from(bytes)
    if (out.length > 0) out[random.below(out.length)] ^= 1 << random.below(8)
    return out
  },
  overwrite(bytes, random) {
    const out = Buffer.from(bytes)
    if (out.length > 0) out[random.below(out.length)] = random.below(256)
    return out
  },
  insert(bytes, random) {
    const at = random.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(NASTY)), bytes.subarray(at)])
  },
  remove(bytes, random) {
    const [start, end] = span(bytes, random)
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
  },
  repeat(bytes, random) {
    const [start, end] = span(bytes, random)
    const copies = Array.from({ length: 1 + random.below(4) }, () => bytes.subarray(start, end))
    return Buffer.concat([bytes.subarray(0, end), ...copies, bytes.subarray(end)])
  },
  splice(bytes, random) {
    const [start, end] = span(bytes, random)
    const at = random.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(start, end), bytes.subarray(at)])
  },
  truncate: (bytes, random) => Buffer.from(bytes.subarray(0, random.below(bytes.length + 1))),
}

/** One to four byte mutations. @param {Buffer} bytes @param {Random} random @returns {{ bytes: Buffer, names: string[] }} */
export function mutateBytes(bytes, random) {
  const names = Array.from({ length: 1 + random.below(4) }, () => random.pick(Object.keys(MUTATIONS)))
  return { bytes: names.reduce((now, name) => MUTATIONS[name](now, random), bytes), names }
}
