// Mutations of JSON that keep it mostly parseable: values of wrong kinds and sizes, keys twice, dangerous names, deep and wide nesting.

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {{ kind: 'object', pairs: [string, Node][] } | { kind: 'array', items: Node[] } | { kind: 'raw', text: string }} Node */

/** @param {string} text @returns {Node} text that is written as it is */
export const raw = (text) => ({ kind: 'raw', text })

/** @param {unknown} value parsed JSON @returns {Node} */
export function treeOf(value) {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) }
  if (typeof value === 'object' && value !== null)
    return { kind: 'object', pairs: Object.entries(value).map(([key, inner]) => [key, treeOf(inner)]) }
  return raw(JSON.stringify(value))
}

/** @param {Node} node @returns {string} */
export function textOf(node) {
  if (node.kind === 'raw') return node.text
  if (node.kind === 'array') return `[${node.items.map(textOf).join(',')}]`
  return `{${node.pairs.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(',')}}`
}

/** Values at the edges of every kind, some of them no JSON at all. */
const EDGES = [
  ...[
    'null',
    'true',
    'false',
    '""',
    '[]',
    '{}',
    '[[]]',
    '[[[1]]]',
    '{"":{}}',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '"\u{1F600}"',
  ],
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '0.5',
    '-0.5',
    '1e0',
    '1e-320',
    '1e308',
    '1e999',
    '-1e999',
    'NaN',
    'Infinity',
    '0x10',
    '01',
  ],
  ...[
    '255',
    '65536',
    '2147483647',
    '2147483648',
    '4294967296',
    '9007199254740991',
    '9007199254740992',
    '1e18',
    '18446744073709551616',
  ],
  ...['"../../../etc/passwd"', '"/etc/passwd"', '"__proto__"', '"constructor"', 'undefined', "'x'", '[1,]', '/**/1'],
]
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '0',
  '-1',
  '__metadata__',
  'length',
  '\u0000',
  '\ud800',
]

const deep = (/** @type {number} */ depth, /** @type {Random} */ random) =>
  raw(random.chance(0.5) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
const wide = (/** @type {number} */ width, /** @type {Random} */ random) =>
  raw(`[${Array.from({ length: width }, () => random.pick(['-1', '1', '"x"', 'null'])).join(',')}]`)

/** Every place a value stands, with what puts another there. @param {Node} root */
function places(root) {
  /** @type {{ node: Node, put: (node: Node) => void, parent: Node | null, at: number }[]} */
  const found = []
  const walk = (/** @type {Node} */ node) => {
    if (node.kind === 'array')
      for (const [at, item] of node.items.entries()) {
        const put = (/** @type {Node} */ next) => {
          node.items[at] = next
        }
        found.push({ node: item, put, parent: node, at })
        walk(item)
      }
    if (node.kind === 'object')
      for (const [at, pair] of node.pairs.entries()) {
        const put = (/** @type {Node} */ next) => {
          pair[1] = next
        }
        found.push({ node: pair[1], put, parent: node, at })
        walk(pair[1])
      }
  }
  walk(root)
  return found
}

/** A number written as it is, moved a little or a lot. */
function tweaked(/** @type {string} */ text, /** @type {Random} */ random) {
  const value = Number(text)
  return raw(
    random.pick([
      `${value + 1}`,
      `${value - 1}`,
      `${-value}`,
      `${value * 2}`,
      `${value / 2}`,
      `${value}.5`,
      `${value * 1e6}`,
    ]),
  )
}

/** Copies raw leaves too, so that a mutation never reaches two places at once. @param {Node} node @returns {Node} */
const copyOf = (node) =>
  node.kind === 'raw'
    ? raw(node.text)
    : node.kind === 'array'
      ? { kind: 'array', items: node.items.map(copyOf) }
      : { kind: 'object', pairs: node.pairs.map(([key, value]) => [key, copyOf(value)]) }

/** @type {Readonly<Record<string, (place: ReturnType<typeof places>[number], random: Random, root: Node, words: readonly string[]) => void>>} */
const MUTATIONS = {
  edge: ({ put }, random) => put(raw(random.pick(EDGES))),
  number: ({ node, put }, random) => {
    if (node.kind === 'raw' && /^-?\d/.test(node.text)) put(tweaked(node.text, random))
  },
  word: ({ put }, random, _, words) => put(raw(JSON.stringify(random.pick(words)))),
  remove({ parent, at }) {
    if (parent?.kind === 'array') parent.items.splice(at, 1)
    else if (parent?.kind === 'object') parent.pairs.splice(at, 1)
  },
  twice({ parent, at, node }, random) {
    if (parent?.kind === 'array') parent.items.push(copyOf(node))
    else if (parent?.kind === 'object')
      parent.pairs.splice(random.below(parent.pairs.length + 1), 0, [parent.pairs[at][0], copyOf(node)])
  },
  rename({ parent, at }, random) {
    if (parent?.kind === 'object') parent.pairs[at][0] = random.chance(0.1) ? 'k'.repeat(100_000) : random.pick(KEYS)
  },
  swap(place, random, root) {
    const other = random.pick(places(root))
    const [one, two] = [copyOf(place.node), copyOf(other.node)]
    place.put(two)
    other.put(one)
  },
  nest: ({ put }, random) => put(deep(random.pick([3, 50, 5000]), random)),
  widen: ({ put }, random) => put(wide(random.chance(0.02) ? 200_000 : random.pick([20, 300, 3000]), random)),
}
const NAMES = [
  'edge',
  'edge',
  'edge',
  'number',
  'number',
  'number',
  'word',
  'word',
  'remove',
  'twice',
  'rename',
  'swap',
  'nest',
  'widen',
]

/**
 * One to three mutations of a JSON value.
 * @param {Node} root changed in place @param {Random} random @param {readonly string[]} words texts that mean something to the reader
 * @returns {string[]} names of what was done
 */
export function mutateTree(root, random, words) {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const found = places(root)
    const name = random.pick(NAMES)
    if (found.length > 0) MUTATIONS[name](random.pick(found), random, root, words)
    return name
  })
}
