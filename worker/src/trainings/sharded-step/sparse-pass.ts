// The part of a step that works on lists of entries: reconstructions from decoder rows, and one pass over the features for the
// gradients of both weight matrices.
import type { ShardContext, Tokens } from './context.js'
import type { StepTokens } from './tokens.js'

/** Sums decoder rows of the entries between begin[t] and end[t] into the own part of a reconstruction. */
export function decode(
  { memory, layout }: ShardContext,
  plane: number,
  values: string,
  rows: number,
  begin: number,
  end: number,
): void {
  const { wOut, batchSize } = layout
  const part = memory.at('part', plane * batchSize * wOut)
  memory.kernels.decodeRows(memory.at(values), memory.at('index'), begin, end, rows, wOut, memory.at('W_dec'), part)
}

/** From own parts to the gradients of all reconstructions: two meetings of the shards. */
export function reconstruct(c: ShardContext, tokens: StepTokens, range: Tokens, nested: boolean): void {
  for (let plane = 0; plane < c.layout.planes; plane++) tokens.publish(plane, range)
  c.clock.lap('decode')
  c.exchange.barrier()
  tokens.errors(range, nested)
  tokens.gradients(range, nested)
  c.exchange.barrier()
  for (let plane = 0; plane < c.layout.planes; plane++) tokens.takeGradients(plane, range)
  c.clock.lap('errors')
}

/** How the gradients of one feature come about. */
export interface FeatureGradients {
  /** Reconstructions that the feature takes part in: indices of gradient planes. */
  planes(j: number): readonly number[]
  /** Weights of the rows that make up the gradients: fills `dPre`, `weight0` (and 1) from `product0` (and 1). */
  feature(j: number, first: number, count: number): void
}

/** Sorts the entries by feature and computes the gradients of W_enc and W_dec row by row. */
export function accumulate(
  { memory, layout, clock }: ShardContext,
  input: 'x' | 'h',
  rows: number,
  gradients: FeatureGradients,
): void {
  const { kernels } = memory
  const { features, wIn, wOut, batchSize } = layout
  kernels.groupByFeature(
    ...([memory.at('offset'), memory.at('index'), memory.at('value'), rows, features] as const),
    ...([memory.at('start'), memory.at('position'), memory.at('token'), memory.at('sorted')] as const),
  )
  const start = memory.i32('start', features + 1)
  for (let j = 0; j < features; j++) {
    const first = start[j]!
    const count = start[j + 1]! - first
    const [gEnc, gDec] = [memory.at('W_enc.g', j * wIn), memory.at('W_dec.g', j * wOut)]
    const token = memory.at('token', first)
    const planes = gradients.planes(j)
    if (count > 0) {
      planes.forEach((plane, n) => {
        const grad = memory.at('grad', plane * batchSize * wOut)
        kernels.rowProducts(memory.at('W_dec', j * wOut), grad, token, count, wOut, memory.at(`product${n}`))
      })
      gradients.feature(j, first, count)
    }
    kernels.weightedRows(gEnc, memory.at(input), token, memory.at('dPre'), count, wIn, 0)
    planes.forEach((plane, n) => {
      const grad = memory.at('grad', plane * batchSize * wOut)
      kernels.weightedRows(gDec, grad, token, memory.at(`weight${n}`), count, wOut, n)
    })
  }
  clock.lap('gradients')
}
