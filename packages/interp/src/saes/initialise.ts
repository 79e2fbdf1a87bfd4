// Starting weights as SAELens chooses them: decoder Kaiming-uniform, rows then scaled to a small norm, encoder its transpose, biases 0.
import { uniform } from '../features/random.js'
import type { TrainState } from './train-step.js'

/** Norm of every decoder row at the start (SAELens `decoder_init_norm`). */
export const DECODER_INIT_NORM = 0.1
/** Random stream of the weights, apart from those of data order and sampling. */
const WEIGHT_STREAM = 0x77656967

/** A training's state before its first step, a function of the sizes and the seed alone. */
export function initialState(dIn: number, dSae: number, seed: number): TrainState {
  const wDec = decoderRows(dIn, dSae, seed)
  const zeros = (count: number) => new Float32Array(count)
  return {
    t: 0,
    wEnc: wDec.slice(),
    wEncM: zeros(dSae * dIn),
    wEncV: zeros(dSae * dIn),
    wDec,
    wDecM: zeros(dSae * dIn),
    wDecV: zeros(dSae * dIn),
    bEnc: zeros(dSae),
    bEncM: zeros(dSae),
    bEncV: zeros(dSae),
    bDec: zeros(dIn),
    bDecM: zeros(dIn),
    bDecV: zeros(dIn),
    sinceFired: new Int32Array(dSae),
  }
}

/** Uniform rows scaled to DECODER_INIT_NORM. The bound of Kaiming-uniform cancels in the scaling. */
function decoderRows(dIn: number, dSae: number, seed: number): Float32Array {
  const rows = new Float32Array(dSae * dIn)
  const row = new Float64Array(dIn)
  for (let j = 0; j < dSae; j++) {
    let square = 0
    for (let i = 0; i < dIn; i++) {
      const value = 2 * uniform(seed, WEIGHT_STREAM, j * dIn + i) - 1
      row[i] = value
      square += value * value
    }
    const scale = square > 0 ? DECODER_INIT_NORM / Math.sqrt(square) : 0
    for (let i = 0; i < dIn; i++) rows[j * dIn + i] = row[i]! * scale
  }
  return rows
}
