// Batched generation with a key/value cache. Rows share the model but not the stream: each row may have its own vector added at a site,
// and draws from its own generator started with the same seed, so that rows differ by their steering alone.
import { type Intervention, type KvCache, type LanguageModel, ModelError, selectRows } from '../models/index.js'
import { createRandom, type Random } from './random.js'
import { type SampledToken, type SamplingOptions, sampleToken } from './sampler.js'

export interface GenerationRequest {
  /** One prompt per row, token ids; lengths may differ. */
  readonly prompts: readonly Int32Array[]
  /** Vectors added at every position of prompt and completion: `vectors` [rows, width] at `site`. A zero row is unsteered. */
  readonly steering: readonly { readonly site: string; readonly vectors: Float32Array }[]
  readonly sampling: SamplingOptions
  readonly maxTokens: number
  readonly seed: number
  /** Ids that end a row; they are not part of its tokens. */
  readonly eosTokenIds: readonly number[]
  /** Called after every step with what the unfinished rows drew. */
  readonly onStep?: (drawn: readonly DrawnToken[]) => void
  /** Asked before every step; true ends all rows as `cancelled`. */
  readonly cancelled?: () => boolean
}

export interface DrawnToken extends SampledToken {
  readonly row: number
  /** Set when this draw ended the row. An `eos` token is not kept. */
  readonly finish: Finish | null
}

export type Finish = 'length' | 'eos' | 'context' | 'cancelled'

export interface GeneratedRow {
  /** Completion only. */
  readonly tokens: Int32Array
  /** log probability of each token under the (steered) model that drew it, nats. */
  readonly logprobs: Float32Array
  readonly finish: Finish
}

interface RowState {
  readonly row: number
  readonly random: Random
  readonly seen: Set<number>
  readonly tokens: number[]
  readonly logprobs: number[]
  length: number
  finish: Finish | null
}

function check(model: LanguageModel, { prompts, maxTokens }: GenerationRequest): void {
  if (prompts.length === 0 || maxTokens < 1)
    throw new ModelError('prompt_invalid', 'Generation needs a prompt and at least one token to add.')
  for (const [row, { length }] of prompts.entries()) {
    if (length === 0) throw new ModelError('prompt_invalid', `The prompt of row ${row} is empty.`)
    if (length >= model.contextLimit) {
      throw new ModelError(
        'prompt_invalid',
        `The prompt has ${length} tokens; the model's context of ${model.contextLimit} leaves no room to continue.`,
      )
    }
  }
}

/** Prompts as one right-padded batch. */
function padded(prompts: readonly Int32Array[]): { tokens: Int32Array; batch: number; seq: number } {
  const seq = Math.max(...prompts.map(({ length }) => length))
  const tokens = new Int32Array(prompts.length * seq)
  for (const [row, prompt] of prompts.entries()) tokens.set(prompt, row * seq)
  return { tokens, batch: prompts.length, seq }
}

/** The steering vectors of the rows still running. */
function interventions(request: GenerationRequest, rows: readonly number[]): Intervention[] {
  return request.steering.map(({ site, vectors }) => {
    const width = vectors.length / request.prompts.length
    const value = new Float32Array(rows.length * width)
    for (const [at, row] of rows.entries()) value.set(vectors.subarray(row * width, (row + 1) * width), at * width)
    return { site, kind: 'add', value }
  })
}

function advance(state: RowState, logits: Float32Array, request: GenerationRequest, contextLimit: number): DrawnToken {
  const sampled = sampleToken(logits, request.sampling, state.seen, state.random)
  if (request.eosTokenIds.includes(sampled.token)) state.finish = 'eos'
  else {
    state.tokens.push(sampled.token)
    state.logprobs.push(sampled.logprob)
    state.seen.add(sampled.token)
    state.length++
    if (state.tokens.length === request.maxTokens) state.finish = 'length'
    else if (state.length === contextLimit) state.finish = 'context'
  }
  return { row: state.row, ...sampled, finish: state.finish }
}

/**
 * Continues every prompt until an end token, `maxTokens` or the model's context limit. Deterministic for a request.
 * @throws ModelError `prompt_invalid` for empty or overlong prompts, `site_unknown` for a steering site the model lacks.
 */
export async function generate(model: LanguageModel, request: GenerationRequest): Promise<GeneratedRow[]> {
  check(model, request)
  const { prompts } = request
  const { vocabSize } = model.spec
  const states = prompts.map((prompt, row): RowState => {
    const state = { row, random: createRandom(request.seed), seen: new Set(prompt), length: prompt.length }
    return { ...state, tokens: [], logprobs: [], finish: null }
  })
  let active = states
  let cache: KvCache = model.emptyCache(prompts.length)
  let input = padded(prompts)
  let lengths: Int32Array | undefined = Int32Array.from(prompts, ({ length }) => length)
  while (active.length > 0 && !request.cancelled?.()) {
    const rows = active.map(({ row }) => row)
    const { logits, cache: grown } = await model.extend(cache, input, interventions(request, rows), lengths)
    const drawn = active.map((state, at) =>
      advance(state, logits.subarray(at * vocabSize, (at + 1) * vocabSize), request, model.contextLimit),
    )
    request.onStep?.(drawn)
    const kept = active.flatMap((state, at) => (state.finish === null ? [at] : []))
    cache = kept.length < active.length ? selectRows(grown, kept) : grown
    active = active.filter((state) => state.finish === null)
    input = { tokens: Int32Array.from(active, (state) => state.tokens.at(-1)!), batch: active.length, seq: 1 }
    lengths = undefined
  }
  return states.map(({ tokens, logprobs, finish }) => ({
    tokens: Int32Array.from(tokens),
    logprobs: Float32Array.from(logprobs),
    finish: finish ?? 'cancelled',
  }))
}
