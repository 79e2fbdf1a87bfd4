// Choosing the next token from logits. The order is that of Hugging Face's generation: repetition penalty, temperature, top-k, top-p,
// min-p, then one draw from what is left. Ties are always cut by id, so that a seed gives one text everywhere.
import { ModelError } from '../models/index.js'
import type { Random } from '../random/generator.js'
import { expMinus } from './exp.js'
import { likeliestTokens, logSumExp, maximum, type TokenLogprob } from './logprobs.js'

export interface SamplingOptions {
  /** 0 is greedy: the largest logit, the lower id on ties. */
  readonly temperature: number
  /** Keep the k likeliest tokens; 0 keeps all. */
  readonly topK: number
  /** Keep the smallest set of likeliest tokens whose probabilities reach this sum; 1 keeps all. */
  readonly topP: number
  /** Keep tokens at least this many times as likely as the likeliest one; 0 keeps all (Nguyen et al. 2024). */
  readonly minP: number
  /** Logits of tokens that already occurred are divided (positive) or multiplied (negative) by it (Keskar et al. 2019); 1 is off. */
  readonly repetitionPenalty: number
}

export interface SampledToken {
  readonly token: number
  /** log probability under the model itself: softmax of the raw logits, before penalty, temperature and truncation. Nats. */
  readonly logprob: number
  /** The likeliest tokens of the step under the model itself, likeliest first; as many as asked for. */
  readonly alternatives: readonly TokenLogprob[]
}

export interface SampleRequest {
  readonly options: SamplingOptions
  /** Ids of prompt and completion so far. */
  readonly seen: ReadonlySet<number>
  readonly random: Random
  /** How many of the likeliest tokens to report; default none. */
  readonly alternatives?: number
}

export const GREEDY: SamplingOptions = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 }

const OVERFLOW_ADVICE = 'If something is added to it, lower the strength; otherwise its weights are damaged.'

/** Width of a histogram bin in nats and number of bins: tokens are sorted only inside the one bin where a cut falls. */
const BIN_NATS = 1 / 16
const BINS = 1024
const binOf = (distance: number): number => (distance < BINS * BIN_NATS ? (distance / BIN_NATS) | 0 : BINS - 1)

/** Tokens kept: all before `bin`, and the first `inside` members of `bin` by weight and id. */
interface Cut {
  readonly bin: number
  readonly members: readonly number[]
  readonly inside: number
}

/** Samples rows of one vocabulary. Holds buffers of that size; a sampler is for one caller at a time. */
export class Sampler {
  /** Unnormalised probabilities exp((logit - max) / temperature), by token. */
  readonly #weights: Float64Array
  readonly #adjusted: Float32Array
  readonly #bins: Uint16Array
  readonly #counts = new Uint32Array(BINS)
  readonly #masses = new Float64Array(BINS)

  constructor(vocabSize: number) {
    this.#weights = new Float64Array(vocabSize)
    this.#adjusted = new Float32Array(vocabSize)
    this.#bins = new Uint16Array(vocabSize)
  }

  /**
   * Draws the next token. Greedy sampling draws nothing from `random`.
   * @throws ModelError `prompt_invalid` for logits that are no numbers: what was added to the model made it overflow.
   */
  sample(logits: Float32Array, { options, seen, random, alternatives = 0 }: SampleRequest): SampledToken {
    const norm = logSumExp(logits)
    if (!Number.isFinite(norm))
      throw new ModelError('prompt_invalid', `The model gave logits that are not finite numbers. ${OVERFLOW_ADVICE}`)
    const adjusted = this.#penalised(logits, seen, options.repetitionPenalty)
    const token =
      options.temperature === 0 ? adjusted.indexOf(maximum(adjusted)) : this.#draw(adjusted, options, random)
    return { token, logprob: logits[token]! - norm, alternatives: likeliestTokens(logits, norm, alternatives) }
  }

  #penalised(logits: Float32Array, seen: ReadonlySet<number>, penalty: number): Float32Array {
    if (penalty === 1) return logits
    this.#adjusted.set(logits)
    for (const token of seen) {
      const logit = logits[token]!
      this.#adjusted[token] = logit > 0 ? logit / penalty : logit * penalty
    }
    return this.#adjusted
  }

  #draw(logits: Float32Array, { temperature, topK, topP, minP }: SamplingOptions, random: Random): number {
    this.#weigh(logits, temperature)
    const byRank = topK > 0 && topK < logits.length ? this.#cutAtRank(topK) : null
    const byMass = topP < 1 ? this.#cutAtMass(topP, byRank) : byRank
    return this.#pick(random.next() * this.#keep(byMass, minP))
  }

  /** Fills weights and the histogram over the distance from the likeliest token, in nats. */
  #weigh(logits: Float32Array, temperature: number): void {
    const [weights, bins, counts, masses] = [this.#weights, this.#bins, this.#counts, this.#masses]
    const max = maximum(logits)
    const sharpness = 1 / temperature
    counts.fill(0)
    masses.fill(0)
    for (let token = 0; token < logits.length; token++) {
      const distance = (max - logits[token]!) * sharpness
      const weight = expMinus(distance)
      const bin = binOf(distance)
      weights[token] = weight
      bins[token] = bin
      counts[bin]!++
      masses[bin]! += weight
    }
  }

  /** Tokens of a bin, likeliest first, lower id on ties. */
  #membersOf(bin: number): number[] {
    const members: number[] = []
    for (let token = this.#bins.indexOf(bin); token >= 0; token = this.#bins.indexOf(bin, token + 1))
      members.push(token)
    return members.sort((a, b) => this.#weights[b]! - this.#weights[a]! || a - b)
  }

  #cutAtRank(rank: number): Cut {
    let bin = 0
    let before = 0
    while (before + this.#counts[bin]! < rank) before += this.#counts[bin++]!
    return { bin, members: this.#membersOf(bin), inside: rank - before }
  }

  /** Where the likeliest tokens of `pool` (null: all) reach the share `topP` of its probability. */
  #cutAtMass(topP: number, pool: Cut | null): Cut {
    const mass = (members: readonly number[], count: number): number =>
      members.slice(0, count).reduce((sum, token) => sum + this.#weights[token]!, 0)
    const last = pool?.bin ?? BINS - 1
    let wanted = pool ? mass(pool.members, pool.inside) : this.#masses[last]!
    for (let bin = 0; bin < last; bin++) wanted += this.#masses[bin]!
    wanted *= topP
    let bin = 0
    let reached = 0
    while (bin < last && reached + this.#masses[bin]! < wanted) reached += this.#masses[bin++]!
    const members = bin === pool?.bin ? pool.members : this.#membersOf(bin)
    const most = bin === pool?.bin ? pool.inside : members.length
    let inside = 0
    while (inside < most && reached < wanted) reached += this.#weights[members[inside++]!]!
    return { bin, members, inside }
  }

  /** Sets the weights of tokens outside the cut and below `minP` times the likeliest one to 0. Returns the sum of what is left. */
  #keep(cut: Cut | null, minP: number): number {
    const [weights, bins] = [this.#weights, this.#bins]
    const last = cut?.bin ?? BINS
    for (const token of cut?.members.slice(cut.inside) ?? []) weights[token] = 0
    let total = 0
    for (let token = 0; token < weights.length; token++) {
      const weight = weights[token]!
      if (bins[token]! > last || weight < minP) weights[token] = 0
      else total += weight
    }
    return total
  }

  /** The token at which the running sum of weights, in order of id, passes `share`. */
  #pick(share: number): number {
    const weights = this.#weights
    let left = share
    let last = -1
    for (let token = 0; token < weights.length; token++) {
      const weight = weights[token]!
      if (weight === 0) continue
      last = token
      left -= weight
      if (left < 0) return token
    }
    return last
  }
}
