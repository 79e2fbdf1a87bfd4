// The part of a step that works on lists of entries: reconstructions from decoder rows, and one pass over the features for the
// gradients of both weight matrices.
import { columnBlock } from '@mistudio/kernels'
import type { ShardContext, Tokens } from '../shard/context.js'
import type { StepTokens } from '../shard/tokens.js'

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

/** A reconstruction and the own features that take part in it. */
export interface GradientPart {
  /** Index of the gradient plane. */
  readonly plane: number
  /** First feature, and the first one after them. */
  readonly from: number
  readonly to: number
  /** Slots, one number per entry in feature order: gradients of what is decoded, and what is decoded. */
  readonly product: string
  readonly weight: string
}

/** How gradients come about from those of the reconstructions. */
export interface EntryGradients {
  /** Every feature in at least one part. */
  readonly parts: readonly GradientPart[]
  /** Slot of the gradients of the pre-activations, one per entry in feature order. */
  readonly dPre: string
  /** Fills it, and the weights of the parts, from the products; feature j owns the entries start[j] to start[j + 1] (exclusive). */
  fill(start: Int32Array): void
}

/** Sorts the entries by feature and computes the gradients of W_enc and W_dec. */
export function accumulate(c: ShardContext, input: 'x' | 'h', rows: number, gradients: EntryGradients): void {
  const { memory, layout, clock } = c
  const { kernels } = memory
  const { features, wIn, wOut, batchSize } = layout
  kernels.groupByFeature(
    ...([memory.at('offset'), memory.at('index'), memory.at('value'), rows, features] as const),
    ...([memory.at('start'), memory.at('position'), memory.at('token'), memory.at('sorted')] as const),
  )
  const [token, room] = [memory.at('token'), memory.at('block')]
  /** Of the features of a part: pointer to their rows of a matrix and to their starts, and their gradient plane. */
  const places = ({ plane, from, to }: GradientPart, matrix: string) => ({
    rows: memory.at(matrix, from * wOut),
    start: memory.at('start', from),
    grad: memory.at('grad', plane * batchSize * wOut),
    size: [to - from, rows, wOut, columnBlock(batchSize, wOut), room] as const,
  })
  for (const part of gradients.parts) {
    const { rows: decoder, start, grad, size } = places(part, 'W_dec')
    kernels.groupedProducts(decoder, grad, start, token, memory.at(part.product), ...size)
  }
  gradients.fill(memory.i32('start', features + 1))
  const done = new Set<number>()
  for (const part of gradients.parts) {
    const { rows: gradient, start, grad, size } = places(part, 'W_dec.g')
    kernels.groupedSums(gradient, grad, start, token, memory.at(part.weight), ...size, done.has(part.from) ? 1 : 0)
    done.add(part.from)
  }
  kernels.groupedSums(
    ...([memory.at('W_enc.g'), memory.at(input), memory.at('start'), token, memory.at(gradients.dPre)] as const),
    ...([features, rows, wIn, columnBlock(batchSize, wIn), room, 0] as const),
  )
  clock.lap('gradients')
}
