// What a model's predictions lose when its activations are replaced: from logits held in memory, in double precision, as SAELens's
// evals compute it. For whole vocabularies of real models see ../evaluation.ts.

/** Logits [prompts, context, vocab] of three runs. */
export interface DownstreamLogits {
  readonly tokens: ArrayLike<number>
  readonly context: number
  readonly vocab: number
  readonly original: ArrayLike<number>
  /** With the SAE's reconstruction at the site. */
  readonly sae: ArrayLike<number>
  /** With zeros there. */
  readonly ablation: ArrayLike<number>
}

export interface Downstream {
  /** Mean KL(original ‖ changed) over counted positions, nats. */
  readonly klWithSae: number
  readonly klWithAblation: number
  /** Mean next-token loss over predictions made at counted tokens, nats. */
  readonly ceWithoutSae: number
  readonly ceWithSae: number
  readonly ceWithAblation: number
  /** (ablation − SAE) / ablation. */
  readonly klScore: number
  /** (ablation − SAE) / (ablation − original). */
  readonly ceScore: number
}

export function downstream(logits: DownstreamLogits, counted: (token: number) => boolean = () => true): Downstream {
  const keep = (at: number) => counted(logits.tokens[at]!)
  const klWithSae = meanDivergence(logits, logits.sae, keep)
  const klWithAblation = meanDivergence(logits, logits.ablation, keep)
  const [ceWithoutSae, ceWithSae, ceWithAblation] = [logits.original, logits.sae, logits.ablation].map((run) =>
    meanLoss(logits, run, keep),
  ) as [number, number, number]
  return {
    klWithSae,
    klWithAblation,
    ceWithoutSae,
    ceWithSae,
    ceWithAblation,
    klScore: (klWithAblation - klWithSae) / klWithAblation,
    ceScore: (ceWithAblation - ceWithSae) / (ceWithAblation - ceWithoutSae),
  }
}

function logSoftmax(logits: ArrayLike<number>, at: number, vocab: number): Float64Array {
  let most = Number.NEGATIVE_INFINITY
  for (let v = 0; v < vocab; v++) most = Math.max(most, logits[at * vocab + v]!)
  let sum = 0
  for (let v = 0; v < vocab; v++) sum += Math.exp(logits[at * vocab + v]! - most)
  const log = most + Math.log(sum)
  return Float64Array.from({ length: vocab }, (_, v) => logits[at * vocab + v]! - log)
}

function meanDivergence(
  { tokens, vocab, original }: DownstreamLogits,
  changed: ArrayLike<number>,
  keep: (at: number) => boolean,
): number {
  let [sum, count] = [0, 0]
  for (let at = 0; at < tokens.length; at++) {
    if (!keep(at)) continue
    const [p, q] = [logSoftmax(original, at, vocab), logSoftmax(changed, at, vocab)]
    for (let v = 0; v < vocab; v++) sum += Math.exp(p[v]!) * (p[v]! - q[v]!)
    count++
  }
  return sum / count
}

/** Whether a prediction counts depends on the token it is made at, not on the one predicted. */
function meanLoss(
  { tokens, context, vocab }: DownstreamLogits,
  run: ArrayLike<number>,
  keep: (at: number) => boolean,
): number {
  let [sum, count] = [0, 0]
  for (let at = 0; at + 1 < tokens.length; at++) {
    if (at % context === context - 1 || !keep(at)) continue
    sum -= logSoftmax(run, at, vocab)[tokens[at + 1]!]!
    count++
  }
  return sum / count
}
