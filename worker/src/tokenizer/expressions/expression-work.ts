// How much work a regular expression is, counted in steps of a backtracking matcher, which V8's is as well. The count depends on nothing but
// the expression and the text, so a judgement by it is the same on every machine, however busy.
import { atomsOf, type Node, treeOf } from './expression-tree.js'

/** The steps allowed were used up. */
export class TooMuchWork extends Error {}

type Then = (at: number) => boolean
type Matcher = (at: number, then: Then) => boolean

class Work {
  chars: readonly string[] = []
  steps = 0
  limit = Number.POSITIVE_INFINITY
  readonly captures = new Map<string, readonly string[]>()

  step(): void {
    if (++this.steps > this.limit) throw new TooMuchWork()
  }
}

function one(source: string, work: Work, by: 1 | -1): Matcher {
  const expression = new RegExp(`^(?:${source})$`, 'u')
  const known = new Map<string, boolean>()
  const fits = (char: string): boolean => {
    const before = known.get(char)
    if (before !== undefined) return before
    const fit = expression.test(char)
    known.set(char, fit)
    return fit
  }
  return (at, then) => {
    work.step()
    const char = work.chars[by === 1 ? at : at - 1]
    return char !== undefined && fits(char) && then(at + by)
  }
}

function repeat({ node, min, max, lazy }: Extract<Node, { kind: 'repeat' }>, work: Work, by: 1 | -1): Matcher {
  const inner = matcherOf(node, work, by)
  return (start, then) => {
    const from = (at: number, count: number): boolean => {
      work.step()
      const more = (): boolean =>
        count < max && inner(at, (next) => (next === at && count >= min ? false : from(next, count + 1)))
      const done = (): boolean => count >= min && then(at)
      return lazy ? done() || more() : more() || done()
    }
    return from(start, 0)
  }
}

function same(name: string, work: Work, by: 1 | -1): Matcher {
  return (at, then) => {
    work.step()
    const captured = work.captures.get(name) ?? []
    const from = by === 1 ? at : at - captured.length
    return from >= 0 && captured.every((char, i) => work.chars[from + i] === char) && then(at + by * captured.length)
  }
}

/** `by` is the direction of reading; look-behinds read backwards. */
function matcherOf(node: Node, work: Work, by: 1 | -1): Matcher {
  switch (node.kind) {
    case 'one':
      return one(node.source, work, by)
    case 'same':
      return same(node.name, work, by)
    case 'repeat':
      return repeat(node, work, by)
    case 'any': {
      const nodes = node.nodes.map((each) => matcherOf(each, work, by))
      return (at, then) => nodes.some((each) => each(at, then))
    }
    case 'all': {
      const nodes = node.nodes.map((each) => matcherOf(each, work, by))
      if (by === -1) nodes.reverse()
      return nodes.reduceRight<Matcher>(
        (rest, each) => (at, then) => each(at, (next) => rest(next, then)),
        (at, then) => then(at),
      )
    }
    case 'look': {
      const inner = matcherOf(node.node, work, node.behind ? -1 : 1)
      return (at, then) => inner(at, () => true) !== node.negative && then(at)
    }
    case 'capture': {
      const inner = matcherOf(node.node, work, by)
      return (at, then) =>
        inner(at, (end) => {
          const before = work.captures.get(node.name)
          work.captures.set(node.name, work.chars.slice(Math.min(at, end), Math.max(at, end)))
          if (then(end)) return true
          if (before) work.captures.set(node.name, before)
          else work.captures.delete(node.name)
          return false
        })
    }
  }
}

/** Counts the steps of finding all matches of an expression in texts. */
export class StepCounter {
  readonly #work = new Work()
  readonly #match: Matcher
  /** The characters and classes of the expression, each as an expression. */
  readonly atoms: readonly string[]

  constructor(expression: RegExp) {
    const tree = treeOf(expression)
    this.atoms = [...new Set(atomsOf(tree))]
    this.#match = matcherOf(tree, this.#work, 1)
  }

  /** @throws TooMuchWork after `limit` steps. */
  count(text: string, limit: number): number {
    this.#work.limit = limit
    this.matches(text)
    return this.#work.steps
  }

  /** What is found in a text, in order; empty matches left out. */
  matches(text: string): string[] {
    const work = this.#work
    work.chars = [...text]
    work.steps = 0
    const found: string[] = []
    for (let at = 0; at < work.chars.length; ) {
      const end = this.#endOfMatch(at)
      if (end > at) found.push(work.chars.slice(at, end).join(''))
      at = Math.max(end, at + 1)
    }
    return found
  }

  /** Where a match that begins at `at` ends; `at` itself when there is none. */
  #endOfMatch(at: number): number {
    this.#work.captures.clear()
    let end = at
    this.#match(at, (to) => {
      end = to
      return true
    })
    return end
  }
}
