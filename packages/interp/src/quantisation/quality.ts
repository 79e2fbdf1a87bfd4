// What quantisation costs: the predictions of a changed model beside those of the original on the same tokens. Pure; it runs no model.

export interface QuantisationQuality {
  /** Positions compared; a perplexity counts those that have a next token. */
  readonly positions: number
  readonly predictions: number
  /** KL(original ‖ changed) over the vocabulary in nats: mean and largest over the positions. */
  readonly meanKl: number
  readonly maxKl: number
  /** exp of the mean next-token loss. */
  readonly perplexity: number
  readonly originalPerplexity: number
  /** Share of positions at which both prefer the same token. */
  readonly sameTop: number
}

interface Position {
  kl: number
  loss: number
  originalLoss: number
  sameTop: boolean
}

/** log Σ exp of a row, and where its largest entry is. */
function normaliser(row: Float32Array): { logSum: number; top: number } {
  let top = 0
  for (let i = 1; i < row.length; i++) if (row[i]! > row[top]!) top = i
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += Math.exp(row[i]! - row[top]!)
  return { logSum: row[top]! + Math.log(sum), top }
}

function comparePosition(original: Float32Array, changed: Float32Array, next: number | null): Position {
  const p = normaliser(original)
  const q = normaliser(changed)
  let kl = 0
  for (let i = 0; i < original.length; i++) {
    const logP = original[i]! - p.logSum
    kl += Math.exp(logP) * (logP - (changed[i]! - q.logSum))
  }
  return {
    kl: Math.max(0, kl),
    loss: next === null ? 0 : q.logSum - changed[next]!,
    originalLoss: next === null ? 0 : p.logSum - original[next]!,
    sameTop: p.top === q.top,
  }
}

/** Sums over batches; `add` as often as there are batches, then `result`. */
export class QualityMeter {
  private positions = 0
  private predictions = 0
  private kl = 0
  private maxKl = 0
  private loss = 0
  private originalLoss = 0
  private sameTop = 0

  /**
   * One batch: logits [batch, seq, vocab] of both models for `tokens` [batch, seq]. Positions from `lengths[row]` on are padding and not
   * counted.
   * @throws RangeError when the sizes do not fit.
   */
  add(
    original: Float32Array,
    changed: Float32Array,
    input: { readonly tokens: ArrayLike<number>; readonly batch: number; readonly seq: number },
    lengths: ArrayLike<number> = new Int32Array(input.batch).fill(input.seq),
  ): void {
    const { tokens, batch, seq } = input
    const vocab = original.length / (batch * seq)
    if (!Number.isInteger(vocab) || changed.length !== original.length || tokens.length !== batch * seq) {
      throw new RangeError(
        `Logits of ${original.length} and ${changed.length} values do not fit ${batch} rows of ${seq} tokens.`,
      )
    }
    for (let row = 0; row < batch; row++) {
      for (let t = 0; t < lengths[row]!; t++) {
        const at = row * seq + t
        const range = [at * vocab, (at + 1) * vocab] as const
        const next = t + 1 < lengths[row]! ? tokens[at + 1]! : null
        this.count(comparePosition(original.subarray(...range), changed.subarray(...range), next), next !== null)
      }
    }
  }

  /** @throws RangeError before anything was added. */
  result(): QuantisationQuality {
    const { positions, predictions } = this
    if (predictions === 0) throw new RangeError('The quality of a quantised model needs at least two tokens in a row.')
    return {
      positions,
      predictions,
      meanKl: this.kl / positions,
      maxKl: this.maxKl,
      perplexity: Math.exp(this.loss / predictions),
      originalPerplexity: Math.exp(this.originalLoss / predictions),
      sameTop: this.sameTop / positions,
    }
  }

  private count({ kl, loss, originalLoss, sameTop }: Position, predicts: boolean): void {
    this.positions++
    this.kl += kl
    // Not Math.max: a NaN must stay visible.
    if (!(kl <= this.maxKl)) this.maxKl = kl
    if (sameTop) this.sameTop++
    if (!predicts) return
    this.predictions++
    this.loss += loss
    this.originalLoss += originalLoss
  }
}
