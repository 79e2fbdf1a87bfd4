// One steering experiment: generates all rows together, then measures each. Knows model, tokenizer and SAE; nothing of jobs or database.
import type { Completion, SteeringGenerateParams, SteeringResult } from '@mistudio/contracts'
import {
  addVectors,
  allOf,
  editFeatures,
  type GeneratedRow,
  generate,
  type InterventionSource,
} from '@mistudio/interp/generation'
import { type FeatureEdit } from '@mistudio/interp/models'
import { type Sae } from '@mistudio/interp/saes'
import { type OpenModel, requireWritingRoom } from '../models/index.js'
import { completionOf, type WrittenRow } from './completion.js'
import { measure, type Reading } from './measure.js'
import { startIds } from './prompt.js'
import { type StreamedRows, TokenStream } from './token-stream.js'
import { addsVectors, featureEdits, steeredFeatures, steeringSite, steeringVectors } from './vectors.js'

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
  /** [1 + variants, width]; null when nothing is added. */
  readonly vectors: Float32Array | null
  /** By row; null when no feature is edited. */
  readonly edits: readonly (readonly FeatureEdit[])[] | null
}

export type ExperimentRequest = Omit<SteeringGenerateParams, 'steeringId' | 'modelPath' | 'precision' | 'saeId'>

function steeringOf({ variants, site }: ExperimentRequest, { model }: OpenModel, sae: Sae | null): Steering | null {
  if (sae === null || variants.length === 0) return null
  const reading = { sae, site: steeringSite(sae, site, model.sites), features: steeredFeatures(variants) }
  const vectors = steeringVectors(variants, sae.decoderRows, sae.dIn)
  return { reading, vectors: addsVectors(variants) ? vectors : null, edits: featureEdits(variants) }
}

/** What is done to all rows, or to one of them alone, in the experiment's scope: features are edited first, then vectors added. */
function changes(
  { reading, vectors, edits }: Steering,
  { scope, variants }: ExperimentRequest,
  promptTokens: number,
  row?: number,
): InterventionSource {
  const { site, sae } = reading
  const lengths = new Array<number>(row === undefined ? 1 + variants.length : 1).fill(promptTokens)
  const own = <T>(all: T, one: (row: number) => T): T => (row === undefined ? all : one(row))
  const sources: InterventionSource[] = []
  if (edits) {
    const rows = own(edits, (at) => [edits[at]!])
    sources.push(editFeatures({ site, sae: sae.splice, edits: rows, scope }, lengths))
  }
  if (vectors) {
    const rows = own(vectors, (at) => vectors.subarray(at * sae.dIn, (at + 1) * sae.dIn))
    sources.push(addVectors({ site, vectors: rows, scope }, lengths))
  }
  return allOf(sources)
}

async function writeRows(
  { model, tokenizer, folder }: OpenModel,
  prompt: Int32Array,
  request: ExperimentRequest,
  steering: Steering | null,
  hooks: ExperimentHooks,
): Promise<WrittenRow[]> {
  const rows = 1 + request.variants.length
  const decoders = Array.from({ length: rows }, () => primed(tokenizer.streamDecoder(), prompt))
  const stream = new TokenStream(decoders, hooks.onText, { stops: request.stop })
  let steps = 0
  const generated: GeneratedRow[] = await generate(model, {
    prompts: Array.from({ length: rows }, () => prompt),
    ...(steering ? { interventions: changes(steering, request, prompt.length) } : {}),
    sampling: request.sampling,
    maxTokens: request.sampling.maxTokens,
    seed: request.sampling.seed,
    eosTokenIds: [...new Set([...folder.eosTokenIds, ...tokenizer.eosTokenIds])],
    alternatives: request.alternatives,
    stops: (row, token) => stream.push(row, token),
    onStep: (drawn) => {
      for (const { row, finish } of drawn) if (finish !== null) stream.end(row)
      stream.flush()
      hooks.onStep(++steps)
    },
    cancelled: hooks.stopped,
  })
  for (const row of generated.keys()) stream.end(row)
  stream.flush(true)
  return generated.map((row, at) => ({ ...row, text: stream.text(at) }))
}

/** A decoder that has seen the prompt, so that a character begun by its last token is completed. */
function primed<T extends { push(id: number): string }>(decoder: T, prompt: Int32Array): T {
  for (const id of prompt) decoder.push(id)
  return decoder
}

/**
 * Runs an experiment. Row 0 is unsteered, row v + 1 is variant v; all rows draw with the same seed.
 * @throws AppError `out_of_memory` before anything is written; ModelError or AppError `prompt_invalid` for prompts or features that do not fit; `sae_invalid` when SAE and model do not.
 */
export async function runExperiment(
  open: OpenModel,
  sae: Sae | null,
  request: ExperimentRequest,
  hooks: ExperimentHooks,
): Promise<SteeringResult> {
  const started = performance.now()
  const prompt = startIds(open.tokenizer, request)
  const steering = steeringOf(request, open, sae)
  const context = Math.min(prompt.length + request.sampling.maxTokens, open.model.contextLimit)
  requireWritingRoom(open.folder.plan, open.model, 1 + request.variants.length, context)
  const rows = await writeRows(open, prompt, request, steering, hooks)
  const seconds = (performance.now() - started) / 1000
  const completions: Completion[] = []
  for (const [row, written] of rows.entries()) {
    const completion = completionOf(open.tokenizer, prompt, written)
    const tokens = Int32Array.from(completion.tokens, ({ id }) => id)
    const own = steering && row > 0 ? changes(steering, request, prompt.length, row) : null
    const measures = await measure(open.model, { tokens, promptTokens: prompt.length }, steering?.reading ?? null, own)
    const tokensPerSecond = seconds > 0 ? written.tokens.length / seconds : 0
    completions.push({ variant: row === 0 ? null : row - 1, ...completion, ...measures, tokensPerSecond })
  }
  return { completions, milliseconds: performance.now() - started }
}
