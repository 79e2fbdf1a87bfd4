// One steering experiment: generates all rows together, then measures each. Knows model, tokenizer and SAE; nothing of jobs or database.
import type { Completion, SteeringGenerateParams, SteeringResult } from '@mistudio/contracts'
import { type GeneratedRow, generate, type Sae } from '@mistudio/interp'
import { type OpenModel, promptIds } from '../models/index.js'
import { type Measures, measure, type Reading } from './measure.js'
import { type StreamedRows, TokenStream } from './token-stream.js'
import { steeredFeatures, steeringSite, steeringVectors } from './vectors.js'

export interface ExperimentHooks {
  /** New text of rows, in portions. */
  readonly onText: (rows: StreamedRows) => void
  /** Steps done of the most there can be. */
  readonly onStep: (done: number) => void
  /** True ends the generation; what was generated so far is measured and returned. */
  readonly stopped: () => boolean
}

interface Steering {
  readonly reading: Reading
  /** [1 + variants, width]. */
  readonly vectors: Float32Array
}

type Request = Pick<SteeringGenerateParams, 'prompt' | 'variants' | 'sampling' | 'site'>

function steeringOf({ variants, site }: Request, { model }: OpenModel, sae: Sae | null): Steering | null {
  if (sae === null || variants.length === 0) return null
  const reading = { sae, site: steeringSite(sae, site, model.sites), features: steeredFeatures(variants) }
  return { reading, vectors: steeringVectors(variants, sae.decoderRows, sae.dIn) }
}

async function generateRows(
  { model, tokenizer, folder }: OpenModel,
  prompt: Int32Array,
  request: Request,
  steering: Steering | null,
  hooks: ExperimentHooks,
): Promise<GeneratedRow[]> {
  const rows = 1 + request.variants.length
  const decoders = Array.from({ length: rows }, () => primed(tokenizer.streamDecoder(), prompt))
  const stream = new TokenStream(decoders, hooks.onText)
  let steps = 0
  const generated = await generate(model, {
    prompts: Array.from({ length: rows }, () => prompt),
    steering: steering ? [{ site: steering.reading.site, vectors: steering.vectors }] : [],
    sampling: request.sampling,
    maxTokens: request.sampling.maxTokens,
    seed: request.sampling.seed,
    eosTokenIds: [...new Set([...folder.eosTokenIds, ...tokenizer.eosTokenIds])],
    onStep: (drawn) => {
      for (const { row, token, finish } of drawn) stream.push(row, finish === 'eos' ? null : token, finish !== null)
      stream.flush()
      hooks.onStep(++steps)
    },
    cancelled: hooks.stopped,
  })
  for (const [row, { finish }] of generated.entries()) if (finish === 'cancelled') stream.push(row, null, true)
  stream.flush(true)
  return generated
}

/** A decoder that has seen the prompt, so that a character begun by its last token is completed. */
function primed<T extends { push(id: number): string }>(decoder: T, prompt: Int32Array): T {
  for (const id of prompt) decoder.push(id)
  return decoder
}

function completion(
  { tokenizer }: OpenModel,
  variant: number | null,
  prompt: Int32Array,
  generated: GeneratedRow,
  measures: Measures,
  seconds: number,
): Completion {
  const tokens = tokenizer.spans([...prompt, ...generated.tokens])
  const text = tokens.slice(prompt.length).map((span) => span.text)
  const tokensPerSecond = seconds > 0 ? generated.tokens.length / seconds : 0
  return {
    variant,
    text: text.join(''),
    tokens,
    promptTokens: prompt.length,
    finish: generated.finish,
    tokensPerSecond,
    ...measures,
  }
}

/**
 * Runs an experiment. Row 0 is unsteered, row v + 1 is variant v; all rows draw with the same seed.
 * @throws ModelError or AppError `prompt_invalid` for prompts or features that do not fit; `sae_invalid` when SAE and model do not.
 */
export async function runExperiment(
  open: OpenModel,
  sae: Sae | null,
  request: Request,
  hooks: ExperimentHooks,
): Promise<SteeringResult> {
  const started = performance.now()
  const prompt = promptIds(open.tokenizer, request.prompt)
  const steering = steeringOf(request, open, sae)
  const rows = await generateRows(open, prompt, request, steering, hooks)
  const seconds = (performance.now() - started) / 1000
  const completions: Completion[] = []
  for (const [row, generated] of rows.entries()) {
    const tokens = Int32Array.from([...prompt, ...generated.tokens])
    const width = sae?.dIn ?? 0
    const vector = steering && row > 0 ? steering.vectors.slice(row * width, (row + 1) * width) : null
    const measures = await measure(
      open.model,
      { tokens, promptTokens: prompt.length },
      steering?.reading ?? null,
      vector,
    )
    completions.push(completion(open, row === 0 ? null : row - 1, prompt, generated, measures, seconds))
  }
  return { completions, milliseconds: performance.now() - started }
}
