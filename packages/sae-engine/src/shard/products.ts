// Dense products of a shard in ONNX Runtime on one thread, from kernel memory into kernel memory.
import { float32, Graph, type Runtime, type Session } from '@mistudio/onnx'
import type { ShardMemory } from './memory.js'

/** Rows of a slot: `rows` of `columns` floats from the float `offset` on. */
export interface Matrix {
  readonly slot: string
  readonly rows: number
  readonly columns: number
  readonly offset?: number
}

export class Products {
  private constructor(
    private readonly memory: ShardMemory,
    private readonly encode: Session,
    private readonly plain: Session,
    private readonly decode: Session,
    private readonly outer: Session,
    private readonly turned: Session,
  ) {}

  static async open(memory: ShardMemory, runtime: Runtime): Promise<Products> {
    const [encode, plain, decode, outer, turned] = [
      await runtime.createSession(productGraph({ b: true }, 'row')),
      await runtime.createSession(productGraph({ b: true }, 'none')),
      await runtime.createSession(productGraph({}, 'none')),
      await runtime.createSession(productGraph({ a: true }, 'matrix')),
      await runtime.createSession(turnGraph()),
    ]
    return new Products(memory, encode, plain, decode, outer, turned)
  }

  /** to [n, features] = a [n, width] · w [features, width]ᵀ, plus bias [features] when one is named. */
  async timesRows(to: Matrix, a: Matrix, w: Matrix, bias: string | null): Promise<void> {
    const feeds = { a: this.tensor(a), b: this.tensor(w) }
    const y = this.tensor(to)
    if (bias === null) await this.plain.run(feeds, ['y'], { y })
    else await this.encode.run({ ...feeds, c: float32(this.memory.f32(bias, w.rows), [w.rows]) }, ['y'], { y })
  }

  /** to [n, width] = a [n, features] · w [features, width]. */
  async times(to: Matrix, a: Matrix, w: Matrix): Promise<void> {
    await this.decode.run({ a: this.tensor(a), b: this.tensor(w) }, ['y'], { y: this.tensor(to) })
  }

  /** to [width, features] += a [n, width]ᵀ · b [n, features]: long rows are half as fast again as the other way round. */
  async addOuter(to: Matrix, a: Matrix, b: Matrix): Promise<void> {
    const sum = this.tensor(to)
    await this.outer.run({ a: this.tensor(a), b: this.tensor(b), c: sum }, ['y'], { y: sum })
  }

  /** to [columns, rows] = from [rows, columns]ᵀ; the two must not overlap. */
  async turn(to: Matrix, from: Matrix): Promise<void> {
    await this.turned.run({ a: this.tensor(from) }, ['y'], { y: this.tensor(to) })
  }

  async release(): Promise<void> {
    for (const session of [this.encode, this.plain, this.decode, this.outer, this.turned]) await session.release()
  }

  private tensor({ slot, rows, columns, offset }: Matrix) {
    return float32(this.memory.f32(slot, rows * columns, offset), [rows, columns])
  }
}

/** One Gemm with free sizes: a · b, plus c by row or by element. */
function productGraph(transpose: { a?: boolean; b?: boolean }, c: 'none' | 'row' | 'matrix'): Uint8Array {
  const g = new Graph('product')
  const a = g.input('a', 'float32', transpose.a ? ['k', 'n'] : ['n', 'k'])
  const b = g.input('b', 'float32', transpose.b ? ['m', 'k'] : ['k', 'm'])
  const added = c === 'none' ? null : g.input('c', 'float32', c === 'row' ? ['m'] : ['n', 'm'])
  g.output(g.gemm(a, b, added, transpose), 'float32', ['n', 'm'], 'y')
  return g.build()
}

function turnGraph(): Uint8Array {
  const g = new Graph('turn')
  g.output(g.transpose(g.input('a', 'float32', ['n', 'm']), [1, 0]), 'float32', ['m', 'n'], 'y')
  return g.build()
}
