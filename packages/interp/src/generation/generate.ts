// Batched generation with a key/value cache. Rows share the model but not the stream: each may be changed in its own way, and draws from
// its own generator started with the same seed, so that rows differ by their interventions alone.
import { type KvCache, ModelError, type RunnableModel, selectRows } from '../models/index.js'
import { createRandom, type Random } from '../random/generator.js'
import { type GenerationStep, type InterventionSource, NO_INTERVENTIONS } from './interventions.js'
import type { TokenLogprob } from './logprobs.js'
import { type SampledToken, Sampler, type SamplingOptions } from './sampler.js'

export interface GenerationRequest {
  /** One prompt per row, token ids; lengths may differ. */
  readonly prompts: readonly Int32Array[]
  /** Asked before every run of the model, prefill and steps alike; default none. */
  readonly interventions?: InterventionSource
  readonly sampling: SamplingOptions
  readonly maxTokens: number
  readonly seed: number
  /** Ids that end a row; they are not part of its tokens. */
  readonly eosTokenIds: readonly number[]
  /** How many of the likeliest tokens to report at every step; default none. */
  readonly alternatives?: number
  /** Asked for every token a row keeps; true ends the row as `stop`, with the token as its last. */
  readonly stops?: (row: number, token: number) => boolean
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

export type Finish = 'length' | 'eos' | 'stop' | 'context' | 'cancelled'

export interface GeneratedRow {
  /** Completion only. */
  readonly tokens: Int32Array
  /** log probability of each token under the (changed) model that drew it, nats. */
  readonly logprobs: Float32Array
  /** Per token the likeliest tokens of its step, as many as asked for. */
  readonly alternatives: readonly (readonly TokenLogprob[])[]
  readonly finish: Finish
}

interface RowState {
  readonly row: number
  readonly prompt: Int32Array
  readonly random: Random
  readonly seen: Set<number>
  readonly tokens: number[]
  readonly logprobs: number[]
  readonly alternatives: (readonly TokenLogprob[])[]
  finish: Finish | null
}

const lengthOf = ({ prompt, tokens }: RowState): number => prompt.length + tokens.length

function check(model: RunnableModel, { prompts, maxTokens }: GenerationRequest): void {
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

/** Keeps or ends a row by the token it drew. */
function take(
  state: RowState,
  { token, logprob, alternatives }: SampledToken,
  request: GenerationRequest,
  limit: number,
): void {
  if (request.eosTokenIds.includes(token)) {
    state.finish = 'eos'
    return
  }
  state.tokens.push(token)
  state.logprobs.push(logprob)
  state.alternatives.push(alternatives)
  state.seen.add(token)
  if (request.stops?.(state.row, token)) state.finish = 'stop'
  else if (state.tokens.length === request.maxTokens) state.finish = 'length'
  else if (lengthOf(state) === limit) state.finish = 'context'
}

/** All tokens of rows as one right-padded batch, from position 0. */
function fromStart(states: readonly RowState[]): { step: GenerationStep; tokens: Int32Array } {
  const lengths = Int32Array.from(states, lengthOf)
  const seq = Math.max(...lengths)
  const tokens = new Int32Array(states.length * seq)
  for (const [at, { prompt, tokens: written }] of states.entries()) {
    tokens.set(prompt, at * seq)
    tokens.set(written, at * seq + prompt.length)
  }
  return { step: { rows: states.map(({ row }) => row), starts: new Int32Array(states.length), lengths, seq }, tokens }
}

/** The newest token of rows. */
function newest(states: readonly RowState[]): { step: GenerationStep; tokens: Int32Array } {
  const rows = states.map(({ row }) => row)
  const starts = Int32Array.from(states, (state) => lengthOf(state) - 1)
  const lengths = new Int32Array(states.length).fill(1)
  return { step: { rows, starts, lengths, seq: 1 }, tokens: Int32Array.from(states, ({ tokens }) => tokens.at(-1)!) }
}

/** Whether the rotary frequencies of a row change with its newest token (longrope, dynamic scaling): keys cached before are then wrong. */
const changesRegime = (model: RunnableModel, state: RowState): boolean =>
  state.tokens.length > 0 && model.regime(lengthOf(state) - 1) !== model.regime(lengthOf(state))

/** The rows still running and their cache. */
class Decoder {
  #cache: KvCache | undefined

  constructor(
    private readonly model: RunnableModel,
    private readonly interventions: InterventionSource,
  ) {}

  /** Logits [rows, vocab] after the newest token of each row. Starts anew where the model keeps no cache or it has become invalid. */
  async next(states: readonly RowState[]): Promise<Float32Array> {
    if (!this.model.cached || states.some((state) => changesRegime(this.model, state))) this.#cache = undefined
    const { step, tokens } = this.#cache ? newest(states) : fromStart(states)
    const cache = this.#cache ?? this.model.emptyCache(states.length, { inPlace: true })
    const input = { tokens, batch: states.length, seq: step.seq }
    const grown = await this.model.extend(cache, input, this.interventions(step), step.lengths)
    this.#cache = grown.cache
    return grown.logits
  }

  /** Keeps some of the rows, given by their places in the last run. */
  keep(places: readonly number[]): void {
    if (this.#cache && places.length > 0 && places.length < this.#cache.lengths.length)
      this.#cache = selectRows(this.#cache, places)
  }
}

/**
 * Continues every prompt until an end token, a stop, `maxTokens` or the model's context limit. Deterministic for a request.
 * @throws ModelError `prompt_invalid` for empty or overlong prompts and for changes that make the model overflow, `site_unknown` for a
 * site the model lacks.
 */
export async function generate(model: RunnableModel, request: GenerationRequest): Promise<GeneratedRow[]> {
  check(model, request)
  const { sampling: options, alternatives = 0 } = request
  const { vocabSize } = model.spec
  const sampler = new Sampler(vocabSize)
  const decoder = new Decoder(model, request.interventions ?? NO_INTERVENTIONS)
  const states = request.prompts.map((prompt, row): RowState => {
    const empty = { tokens: [], logprobs: [], alternatives: [], finish: null }
    return { row, prompt, random: createRandom(request.seed), seen: new Set(prompt), ...empty }
  })
  let active = states
  while (active.length > 0 && !request.cancelled?.()) {
    const logits = await decoder.next(active)
    const drawn = active.map((state, at): DrawnToken => {
      const { row, seen, random } = state
      const own = logits.subarray(at * vocabSize, (at + 1) * vocabSize)
      const sampled = sampler.sample(own, { options, seen, random, alternatives })
      take(state, sampled, request, model.contextLimit)
      return { row, ...sampled, finish: state.finish }
    })
    request.onStep?.(drawn)
    decoder.keep(active.flatMap((state, at) => (state.finish === null ? [at] : [])))
    active = active.filter((state) => state.finish === null)
  }
  return states.map(({ tokens, logprobs, alternatives, finish }) => ({
    tokens: Int32Array.from(tokens),
    logprobs: Float32Array.from(logprobs),
    alternatives,
    finish: finish ?? 'cancelled',
  }))
}
