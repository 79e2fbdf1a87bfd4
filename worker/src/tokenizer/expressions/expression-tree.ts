// The structure of a JavaScript regular expression (flag u): what repeats what. Single characters and classes stay expressions of their own.
// Made for counting work (expression-work.ts); it reads what expressions.ts writes, not everything that JavaScript allows.

export type Node =
  | { readonly kind: 'one'; readonly source: string }
  | { readonly kind: 'all'; readonly nodes: readonly Node[] }
  | { readonly kind: 'any'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'look'; readonly node: Node; readonly behind: boolean; readonly negative: boolean }
  | { readonly kind: 'capture'; readonly node: Node; readonly name: string }
  | { readonly kind: 'same'; readonly name: string }

const QUANTIFIER = /([*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)/y
const ESCAPE = /\\(?:[pPu]\{[^}]*\}|k<([^>]*)>|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|([1-9]\d*)|[\s\S])/uy
const GROUP = /\((?:\?(?:<([A-Za-z_]\w*)>|(<?[=!])|:))?/y
const CLASS = /\[(?:\\[\s\S]|[^\]\\])*\]/y

class Reader {
  #at = 0
  #captures = 0

  constructor(private readonly source: string) {}

  alternatives(): Node {
    const nodes = [this.#sequence()]
    while (this.source[this.#at] === '|') {
      this.#at++
      nodes.push(this.#sequence())
    }
    return nodes.length === 1 ? nodes[0]! : { kind: 'any', nodes }
  }

  #sequence(): Node {
    const nodes: Node[] = []
    while (this.#at < this.source.length && this.source[this.#at] !== '|' && this.source[this.#at] !== ')')
      nodes.push(this.#repeated())
    return { kind: 'all', nodes }
  }

  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at
    const found = expression.exec(this.source)
    if (found) this.#at += found[0].length
    return found
  }

  #repeated(): Node {
    const node = this.#atom()
    const found = this.#take(QUANTIFIER)
    if (!found) return node
    const [, written, least, comma, most, lazy] = found
    const [min, max] =
      written === '*'
        ? [0, Infinity]
        : written === '+'
          ? [1, Infinity]
          : written === '?'
            ? [0, 1]
            : bounds(least!, comma, most)
    return { kind: 'repeat', node, min, max, lazy: lazy === '?' }
  }

  #atom(): Node {
    const char = this.source[this.#at]!
    if (char === '\\') {
      const [source, name, number] = this.#take(ESCAPE)!
      const same = name ?? number
      return same === undefined ? { kind: 'one', source } : { kind: 'same', name: same }
    }
    if (char === '[') return { kind: 'one', source: this.#take(CLASS)![0] }
    if (char === '(') return this.#group()
    const one = String.fromCodePoint(this.source.codePointAt(this.#at)!)
    this.#at += one.length
    return { kind: 'one', source: one }
  }

  #group(): Node {
    const [opening, name, look] = this.#take(GROUP)!
    const number = opening === '(' || name !== undefined ? String(++this.#captures) : undefined
    const node = this.alternatives()
    this.#at++
    if (look) return { kind: 'look', node, behind: look.startsWith('<'), negative: look.endsWith('!') }
    return number === undefined ? node : { kind: 'capture', node, name: name ?? number }
  }
}

function bounds(least: string, comma: string | undefined, most: string | undefined): [number, number] {
  const min = Number(least)
  return [min, comma === undefined ? min : most === '' || most === undefined ? Infinity : Number(most)]
}

/** The tree of an expression that JavaScript has compiled. */
export const treeOf = ({ source }: RegExp): Node => new Reader(source).alternatives()

/** All characters and classes of a tree. */
export function atomsOf(node: Node): string[] {
  if (node.kind === 'one') return [node.source]
  if (node.kind === 'same') return []
  return 'nodes' in node ? node.nodes.flatMap(atomsOf) : atomsOf(node.node)
}
