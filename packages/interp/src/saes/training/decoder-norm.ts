// What decoder rows may be as long as: anything, exactly 1, or at most 1. Done to the parameters after each step; under `unit` the part
// of a gradient that would only change lengths is taken out before it, so that Adam's moments know nothing of it.
import type { Floats } from './math/linear.js'

export const DECODER_NORM_MODES = ['none', 'unit', 'at_most_one'] as const
export type DecoderNormMode = (typeof DECODER_NORM_MODES)[number]

/** Rows of a matrix that may be padded: `width` numbers of every `stride`. */
export interface Rows {
  readonly rows: number
  readonly width: number
  readonly stride: number
}

/** Takes out of every row's gradient its component along the row, in place. Only `unit` asks for it. Rows of norm 0 keep theirs. */
export function projectDecoderGradient(mode: DecoderNormMode, wDec: Floats, gradient: Floats, shape: Rows): void {
  if (mode !== 'unit') return
  const { rows, width, stride } = shape
  for (let j = 0; j < rows; j++) {
    const at = j * stride
    let [squares, product] = [0, 0]
    for (let i = at; i < at + width; i++) {
      squares += wDec[i]! * wDec[i]!
      product += wDec[i]! * gradient[i]!
    }
    if (squares === 0) continue
    for (let i = at; i < at + width; i++) gradient[i]! -= (product / squares) * wDec[i]!
  }
}

/** Brings every row to L2 norm 1, or down to it, in place; whole rows also where they span several sites. Rows of norm 0 stay. */
export function constrainDecoder(mode: DecoderNormMode, wDec: Floats, { rows, width, stride }: Rows): void {
  if (mode === 'none') return
  for (let j = 0; j < rows; j++) {
    const at = j * stride
    let squares = 0
    for (let i = at; i < at + width; i++) squares += wDec[i]! * wDec[i]!
    if (squares === 0 || (mode === 'at_most_one' && squares <= 1)) continue
    const factor = 1 / Math.sqrt(squares)
    for (let i = at; i < at + width; i++) wDec[i]! *= factor
  }
}
