// Choosing the next token from logits: repetition penalty, temperature, top-k, top-p, in that order, then one draw.
import type { Random } from './random.js'

export interface SamplingOptions {
  /** 0 is greedy: the largest logit, the lower id on ties. */
  readonly temperature: number
  /** Keep the k likeliest tokens; 0 keeps all. */
  readonly topK: number
  /** Keep the smallest set of likeliest tokens whose probabilities reach this sum; 1 keeps all. */
  readonly topP: number
  /** Logits of tokens that already occurred are divided (positive) or multiplied (negative) by it (Keskar et al. 2019); 1 is off. */
  readonly repetitionPenalty: number
}

export interface SampledToken {
  readonly token: number
  /** log probability under the model itself: softmax of the raw logits, before penalty, temperature and truncation. Nats. */
  readonly logprob: number
}

export const GREEDY: SamplingOptions = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1 }

/** log sum exp of logits. */
export function logSumExp(logits: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY
  for (const logit of logits) max = Math.max(max, logit)
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - max)
  return max + Math.log(sum)
}

function argmax(logits: Float32Array): number {
  let best = 0
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i
  return best
}

function penalised(logits: Float32Array, seen: ReadonlySet<number>, penalty: number): Float32Array {
  if (penalty === 1) return logits
  const changed = logits.slice()
  for (const token of seen) changed[token] = logits[token]! > 0 ? logits[token]! / penalty : logits[token]! * penalty
  return changed
}

/** Width of a bin in nats and number of bins when candidates are sought: only tokens of the first bins are sorted. */
const BIN_NATS = 0.25
const BINS = 256

interface Candidates {
  readonly ids: Uint32Array
  /** Unnormalised probabilities, exp((logit - max) / temperature). */
  readonly weights: Float64Array
}

/** All tokens in order of id. */
function everyToken(logits: Float32Array, temperature: number): Candidates {
  const max = logits[argmax(logits)]!
  const ids = Uint32Array.from(logits, (_, id) => id)
  return { ids, weights: Float64Array.from(logits, (logit) => Math.exp((logit - max) / temperature)) }
}

/** The likeliest tokens, likeliest first and lower id on ties: at least `count` of them and at least `share` of all probability. */
function likeliest({ ids, weights }: Candidates, count: number, share: number): Candidates {
  const bins = Uint8Array.from(weights, (weight) => Math.min(BINS - 1, Math.floor(-Math.log(weight) / BIN_NATS)))
  const tokens = new Uint32Array(BINS)
  const mass = new Float64Array(BINS)
  let total = 0
  for (let i = 0; i < bins.length; i++) {
    tokens[bins[i]!]!++
    mass[bins[i]!]! += weights[i]!
    total += weights[i]!
  }
  let last = 0
  for (let found = tokens[0]!, reached = mass[0]!; last < BINS - 1 && (found < count || reached < share * total); ) {
    last++
    found += tokens[last]!
    reached += mass[last]!
  }
  const kept = ids.filter((id) => bins[id]! <= last).sort((a, b) => weights[b]! - weights[a]! || a - b)
  return { ids: kept, weights: Float64Array.from(kept, (id) => weights[id]!) }
}

/** Tokens that survive top-k, then top-p. */
function candidates(logits: Float32Array, { temperature, topK, topP }: SamplingOptions): Candidates {
  const all = everyToken(logits, temperature)
  if (topK === 0 && topP >= 1) return all
  const sorted = likeliest(all, topK, topK > 0 ? 0 : topP)
  const most = topK > 0 ? Math.min(topK, sorted.ids.length) : sorted.ids.length
  const pool = topK > 0 ? sorted.weights.subarray(0, most) : all.weights
  const wanted = topP * pool.reduce((sum, weight) => sum + weight, 0)
  let kept = 0
  for (let reached = 0; kept < most && (topP >= 1 || reached < wanted); kept++) reached += sorted.weights[kept]!
  return { ids: sorted.ids.subarray(0, kept), weights: sorted.weights.subarray(0, kept) }
}

/** Draws the next token. `seen` holds the ids of prompt and completion so far. Greedy sampling draws nothing from `random`. */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  seen: ReadonlySet<number>,
  random: Random,
): SampledToken {
  const adjusted = penalised(logits, seen, options.repetitionPenalty)
  const token = options.temperature === 0 ? argmax(adjusted) : draw(candidates(adjusted, options), random)
  return { token, logprob: logits[token]! - logSumExp(logits) }
}

function draw({ ids, weights }: Candidates, random: Random): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let left = random.next() * total
  for (let i = 0; i < ids.length; i++) {
    left -= weights[i]!
    if (left < 0) return ids[i]!
  }
  return ids[ids.length - 1]!
}
