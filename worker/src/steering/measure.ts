// What a completion is measured by, all read from the finished text: perplexity under the unsteered model, KL between steered and
// unsteered predictions, and how strongly the steered features fire on the text when nobody steers.
import { activationsOf } from '@mistudio/interp/features'
import { type GenerationStep, type InterventionSource, meanKl, perplexity } from '@mistudio/interp/generation'
import { type RunnableModel } from '@mistudio/interp/models'
import { type Sae } from '@mistudio/interp/saes'

export interface MeasuredText {
  /** Prompt and completion. */
  readonly tokens: Int32Array
  readonly promptTokens: number
}

export interface Reading {
  readonly sae: Sae
  readonly site: string
  readonly features: readonly number[]
}

export interface Measures {
  readonly perplexity: number | null
  readonly kl: number | null
  readonly activations: Record<string, number[]>
}

/**
 * `steering`: what changed this row when it was written, null for the unsteered row. The positions compared are those that predicted
 * the completion's tokens: from the last prompt token to the last but one token.
 */
export async function measure(
  model: RunnableModel,
  { tokens, promptTokens }: MeasuredText,
  reading: Reading | null,
  steering: InterventionSource | null,
): Promise<Measures> {
  const input = { tokens, batch: 1, seq: tokens.length }
  const from = promptTokens - 1
  const to = tokens.length - 1
  const steered = steering !== null && to > from
  const plain = await model.forward(input, {
    capture: reading ? [reading.site] : [],
    nll: tokens.length > 1,
    logits: steered,
  })
  return {
    perplexity: plain.nll ? perplexity(plain.nll, from, to) : null,
    kl: steered ? await steeredKl(model, tokens, plain.logits!, steering, from, to) : null,
    activations: reading ? await featureActivations(reading, plain.captured[reading.site]!, tokens.length) : {},
  }
}

/** One pass over a whole text, as an intervention source is asked for it. */
const wholeText = (length: number): GenerationStep => ({
  rows: [0],
  starts: new Int32Array(1),
  lengths: Int32Array.of(length),
  seq: length,
})

async function steeredKl(
  model: RunnableModel,
  tokens: Int32Array,
  plain: Float32Array,
  steering: InterventionSource,
  from: number,
  to: number,
): Promise<number | null> {
  const input = { tokens, batch: 1, seq: tokens.length }
  const steered = await model.logits(input, steering(wholeText(tokens.length)))
  return meanKl(steered, plain, model.spec.vocabSize, from, to)
}

/** Activation of each feature on every token, keyed by feature index. `x` [tokens, d_in]. */
async function featureActivations(
  { sae, features }: Reading,
  x: Float32Array,
  tokens: number,
): Promise<Record<string, number[]>> {
  const { values, indices, k } = await sae.encode(x, tokens, { seq: tokens })
  return Object.fromEntries(
    features.map((feature) => [feature, [...activationsOf(feature, values, indices, tokens, k)]]),
  )
}
