// Checks that every model can be put to without stored values: finite numbers, the same bits twice, the cache against whole runs,
// the loss on a text, and how far a quantised model is from full precision.
import type { LanguageModel, Precision, RunnableModel } from '../models/index.js'
import { QualityMeter, type QuantisationQuality } from '../quantisation/index.js'
import { type Check, type Difference, difference, differenceCheck } from './check.js'
import { cachedLogits, joinDifferences, lastLogits } from './greedy.js'

/** Cached logits may differ from those of a whole run by this share of the largest logit: float32 sums in another order. */
const CACHE_TOLERANCE = 1e-4
/**
 * The same for a quantised model. Its products round their inputs to steps of 1/127 of the largest in a block, and a last bit that
 * differs tips a value to the next step: up to 1.3 steps of the largest logit on models of 4 to 30 layers. A wrong cache is off by the
 * logits themselves.
 */
const ROUNDED_CACHE_TOLERANCE = 4 / 127
/** Cached steps after which the whole context is run again: growing gaps, so that an error that builds up shows. */
const COMPARED_STEPS = [0, 1, 2, 4, 8, 16]

const about = (name: string, group: Check['group'], unit: Check['unit']) =>
  ({ name, group, unit, variant: null }) as const

/** Residual streams of every layer and logits hold no NaN or infinity. `tokens`: one row. */
export async function finiteCheck(model: RunnableModel, tokens: Int32Array): Promise<Check> {
  const capture = model.sites.filter(({ name }) => name.endsWith('hook_resid_post')).map(({ name }) => name)
  const { captured, logits } = await model.forward({ tokens, batch: 1, seq: tokens.length }, { capture, logits: true })
  const values = [...Object.entries(captured), ['logits', logits!] as const]
  const bad = values.map(([name, array]) => ({ name, count: array.filter((value) => !Number.isFinite(value)).length }))
  const figure = bad.reduce((sum, { count }) => sum + count, 0)
  const first = bad.find(({ count }) => count > 0)
  return {
    ...about('finite values', 'numerics', 'values'),
    figure,
    mean: null,
    count: values.reduce((sum, [, array]) => sum + array.length, 0),
    tolerance: 0,
    pass: figure === 0,
    detail: `Values that are not finite in the residual stream after every layer and in the logits, on ${tokens.length} tokens${first ? `; the first are in ${first.name}` : ''}.`,
  }
}

/** Two runs on the same tokens give the same logits, bit for bit. */
export async function determinismCheck(model: RunnableModel, tokens: Int32Array): Promise<Check> {
  const input = { tokens, batch: 1, seq: tokens.length }
  const bits = async (): Promise<Uint32Array> => new Uint32Array((await model.logits(input)).slice().buffer)
  const [first, second] = [await bits(), await bits()]
  const figure = first.reduce((sum, value, i) => sum + Number(value !== second[i]), 0)
  return {
    ...about('determinism', 'numerics', 'values'),
    figure,
    mean: null,
    count: first.length,
    tolerance: 0,
    pass: figure === 0,
    detail: `Logits that differ in any bit between two runs on the same ${tokens.length} tokens.`,
  }
}

/** Logits of cached steps against whole runs, at some of the last tokens of one row. */
export async function cacheCheck(model: LanguageModel, tokens: Int32Array): Promise<Check> {
  const prompt = Math.max(1, tokens.length - COMPARED_STEPS.at(-1)! - 1)
  const found: (Difference & { position: number })[] = []
  let largest = 1
  for await (const { position, cached } of cachedLogits(model, tokens, prompt)) {
    if (!COMPARED_STEPS.includes(position - prompt)) continue
    const whole = await lastLogits(model, tokens.slice(0, position))
    largest = whole.reduce((max, value) => (Math.abs(value) > max ? Math.abs(value) : max), largest)
    found.push({ ...difference(cached, whole, { seq: 1, width: whole.length, valid: [1] }), position })
  }
  return differenceCheck(
    about('cache against no cache', 'numerics', ''),
    joinDifferences(found),
    (model.precision === 'float32' ? CACHE_TOLERANCE : ROUNDED_CACHE_TOLERANCE) * largest,
    `Next-token logits with the key/value cache and without, after ${found.map(({ position }) => position).join(', ')} tokens; the largest logit is ${largest.toPrecision(3)}`,
  )
}

/** Mean next-token loss on a text, judged against uniform guessing. */
export async function lossCheck(model: RunnableModel, tokens: Int32Array): Promise<Check> {
  const losses = await model.loss({ tokens, batch: 1, seq: tokens.length })
  const figure = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
  const uniform = Math.log(model.spec.vocabSize)
  return {
    ...about('next-token loss', 'text', 'nats'),
    figure,
    mean: null,
    count: losses.length,
    tolerance: uniform,
    pass: figure <= uniform,
    detail: `Mean loss of predicting each token of the bundled text; the limit is that of uniform guessing, ln(${model.spec.vocabSize}).`,
  }
}

/** What a quantised model loses against full precision on one row of tokens: measured, not judged. */
export async function precisionCheck(
  full: RunnableModel,
  quantised: RunnableModel,
  tokens: Int32Array,
): Promise<Check> {
  const input = { tokens, batch: 1, seq: tokens.length }
  const meter = new QualityMeter()
  meter.add(await full.logits(input), await quantised.logits(input), input)
  const quality = meter.result()
  return {
    ...about(`KL at ${quantised.precision}`, 'precision', 'nats'),
    figure: quality.meanKl,
    mean: quality.meanKl,
    count: quality.positions,
    tolerance: null,
    pass: Number.isFinite(quality.meanKl),
    quality: { precision: quantised.precision, ...quality },
    detail: precisionText(full.precision, quantised.precision, quality),
  }
}

function precisionText(full: Precision, precision: Precision, quality: QuantisationQuality): string {
  const { maxKl, perplexity, originalPerplexity, sameTop, positions } = quality
  return [
    `Mean KL(${full} ‖ ${precision}) of the next-token distributions over ${positions} positions of the bundled text; the largest is ${maxKl.toPrecision(3)}.`,
    `Perplexity ${perplexity.toPrecision(5)} instead of ${originalPerplexity.toPrecision(5)}; the same first choice at ${(100 * sameTop).toFixed(1)} % of the positions.`,
  ].join(' ')
}
