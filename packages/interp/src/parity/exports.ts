// Checks of ONNX exports against themselves: what surgery must not change, and what every decoder keeps.
import type { ExportedModel } from '../exports/index.js'
import { type Check, difference, differenceCheck } from './check.js'

/** Figures may differ by this share of the largest logit: float32 sums in another order. */
const TOLERANCE = 1e-4
/** The same where values are rounded to float16 in between (11 bits, some layers on top of one another). */
const HALF_TOLERANCE = 2e-2
/** And where activations are rounded to steps of a largest value, which another text beside them changes. */
const STEPPED_TOLERANCE = 8 / 127

const about = (name: string): Pick<Check, 'name' | 'group' | 'variant'> => ({ name, group: 'numerics', variant: null })

function toleranceOf({ facts }: ExportedModel): number {
  if (facts.rangesPerPass) return STEPPED_TOLERANCE
  return facts.half ? HALF_TOLERANCE : TOLERANCE
}

const largestOf = (values: Float32Array): number =>
  values.reduce((max, value) => (Math.abs(value) > max ? Math.abs(value) : max), 1)

/** Logits with fused operators opened against those of the graph as it was written; null where nothing was opened. `tokens`: one row. */
export async function openedCheck(model: ExportedModel, tokens: Int32Array): Promise<Check | null> {
  const input = { tokens, batch: 1, seq: tokens.length }
  const written = await model.logitsAsWritten(input)
  if (!written) return null
  const rows = { seq: tokens.length, width: model.spec.vocabSize, valid: [tokens.length] }
  const names = model.facts.opened.map(({ type, count }) => `${count} × ${type}`).join(', ')
  return differenceCheck(
    about('opened operators'),
    difference(await model.logits(input), written, rows),
    toleranceOf(model) * largestOf(written),
    `Logits with ${names} opened into a sum and a norm against those of the graph as it was written, on ${tokens.length} tokens`,
  )
}

/** Whether sums of 8-bit products are exact as the export computes them here; null without products of signed bytes. */
export function eightBitCheck({ eightBit: { products, error, unsigned } }: ExportedModel): Check | null {
  if (products === 0) return null
  const how = unsigned
    ? `This processor stops such sums at the ends of 16 bits (off by up to ${error}), so the weights are held as unsigned bytes, whose sums are exact`
    : 'As stored, on this processor'
  return {
    ...about('sums of 8-bit products'),
    figure: unsigned ? 0 : error,
    mean: null,
    unit: '',
    tolerance: 0,
    pass: unsigned || error === 0,
    count: products,
    detail: `Products with signed 8-bit weights: ${products}. ${how}`,
  }
}

/** Logits of the first half of a text alone against the same positions of the whole: a decoder does not look ahead. `tokens`: one row. */
export async function causalCheck(model: ExportedModel, tokens: Int32Array): Promise<Check> {
  const first = Math.max(1, Math.floor(tokens.length / 2))
  const whole = await model.logits({ tokens, batch: 1, seq: tokens.length })
  const alone = await model.logits({ tokens: tokens.slice(0, first), batch: 1, seq: first })
  const width = model.spec.vocabSize
  const why = model.facts.rangesPerPass ? ', whose 8-bit ranges are taken from the whole pass' : ''
  return differenceCheck(
    about('beginning against whole text'),
    difference(alone, whole.slice(0, first * width), { seq: first, width, valid: [first] }),
    toleranceOf(model) * largestOf(whole),
    `Logits of the first ${first} tokens alone against the same positions of ${tokens.length} tokens${why}`,
  )
}
