// Whether the runtime adds up products of 8-bit integers exactly on this processor. Without VNNI, x86 multiplies unsigned by signed bytes
// with an instruction that adds two products in 16 bits: beyond ±32767 the sum stops there, without a word. Unsigned by unsigned takes
// another way, which is exact.
import { Graph } from './graph.js'
import { INT8 } from './protos.js'
import type { Runtime } from './runtime.js'
import { tensor } from './tensor.js'

/** Largest error of a sum of products, in units of one; 0 is exact. */
export interface EightBitSums {
  /** Unsigned activations by signed weights. */
  readonly signed: number
  /** Unsigned activations by unsigned weights. */
  readonly unsigned: number
}

const [K, COLUMNS] = [64, 16]
/** One row takes another kernel than several. */
const ROWS = [1, 4]
/** Signed weights of a column: both ends, both in turn, and a mixture. */
const PATTERNS: readonly ((k: number) => number)[] = [
  () => 127,
  () => -128,
  (k) => (k % 2 === 0 ? 127 : -128),
  (k) => ((k * 37) % 256) - 128,
]

/** Operands that reach the ends of 16 bits: all activations 255, weights [K, COLUMNS]. */
export const EIGHT_BIT_OPERANDS = {
  inner: K,
  columns: COLUMNS,
  activation: 255,
  weights: Int8Array.from({ length: K * COLUMNS }, (_, at) =>
    PATTERNS[(at % COLUMNS) % PATTERNS.length]!(Math.floor(at / COLUMNS)),
  ),
} as const

/** Largest difference of sums [rows, COLUMNS] from the exact ones. */
export function errorOfSums(sums: ArrayLike<number>): number {
  const { activation, weights } = EIGHT_BIT_OPERANDS
  const exact = new Float64Array(COLUMNS)
  weights.forEach((weight, at) => {
    exact[at % COLUMNS]! += activation * weight
  })
  return Array.from(sums).reduce((most, sum, at) => Math.max(most, Math.abs(sum - exact[at % COLUMNS]!)), 0)
}

const known = new WeakMap<Runtime, Promise<EightBitSums>>()

/** Measured once per runtime: the processor does not change under it. */
export function eightBitSums(runtime: Runtime): Promise<EightBitSums> {
  const found = known.get(runtime) ?? measure(runtime)
  known.set(runtime, found)
  return found
}

async function measure(runtime: Runtime): Promise<EightBitSums> {
  const worst = { signed: 0, unsigned: 0 }
  for (const form of ['signed', 'unsigned'] as const) {
    const session = await runtime.createSession(productGraph(form), { threads: 1 })
    for (const rows of ROWS) {
      const bytes = new Uint8Array(rows * K).fill(EIGHT_BIT_OPERANDS.activation)
      const { sums } = await session.run({ activations: tensor('uint8', bytes, [rows, K]) })
      worst[form] = Math.max(worst[form], errorOfSums(sums!.data as Int32Array))
    }
    await session.release()
  }
  return worst
}

/** Activations by the weights, as they are or raised by 128 with that as their zero point. */
function productGraph(form: keyof EightBitSums): Uint8Array {
  const graph = new Graph('eight-bit sums')
  const activations = graph.input('activations', 'uint8', ['rows', K])
  const shift = form === 'signed' ? 0 : 128
  const stored = graph.initialiser(
    tensor(
      'uint8',
      Uint8Array.from(EIGHT_BIT_OPERANDS.weights, (weight) => (weight + shift) & 255),
      [K, COLUMNS],
    ),
  )
  const operands =
    form === 'signed'
      ? [activations, graph.op('Cast', [stored], { to: INT8 })]
      : [activations, stored, null, graph.initialiser(tensor('uint8', Uint8Array.of(shift), []))]
  graph.output(graph.op('MatMulInteger', operands), 'int32', ['rows', COLUMNS], 'sums')
  return graph.build()
}
