// Held-out evaluation of a training: the SAE as it would be saved, on contexts that training never sees.

import { setImmediate } from 'node:timers/promises'
import type { MetricValues } from '@mistudio/contracts'
import {
  type Baseline,
  type EvaluationBatch,
  type EvaluationFigures,
  type EvaluationModel,
  type ExportedSae,
  evaluateSae,
  klGraph,
  Sae,
} from '@mistudio/interp'
import { float32, float32Data, type Session } from '@mistudio/onnx'
import { withModelErrors } from '../models/errors.js'
import { contextsPerPass } from '../models/passes.js'
import { runtime } from '../runtime/index.js'
import { readContexts } from './harvest.js'
import type { TrainingParts } from './open.js'
import { joinArrays } from './sharded-step/state.js'

/** KL is taken over the first so many held-out tokens: it moves two logit vectors per token through memory. */
export const KL_TOKENS = 4096
/** Logits of one pass, in floats: 128 MB. */
const LOGIT_FLOATS = 2 ** 25

export class HeldOut {
  private baseline: Baseline | null = null
  private kl: Session | null = null
  private readonly batches: readonly EvaluationBatch[]
  readonly tokens: number

  constructor(
    private readonly parts: TrainingParts,
    private readonly site: string,
    tokens: number,
    private readonly threads: number,
    /** Called between batches; throws to end the evaluation. */
    private readonly check: () => void,
  ) {
    this.batches = heldOutBatches(parts, tokens)
    this.tokens = this.batches.reduce((sum, batch) => sum + batch.tokens.length, 0)
  }

  /** Figures of an SAE; what does not depend on it is computed once. */
  async evaluate(inference: ExportedSae): Promise<EvaluationFigures> {
    const sae = await Sae.load(inference.cfg, memorySource(inference), runtime, { threads: this.threads })
    try {
      const perBatch = this.batches[0]?.tokens.length ?? 1
      const figures = await evaluateSae(
        {
          batches: this.batches,
          klBatches: Math.ceil(KL_TOKENS / perBatch),
          excluded: this.parts.excluded,
          // The model is judged with the SAE at every position, BOS too.
          spared: () => false,
          onBatch: this.check,
          ...(this.baseline ? { baseline: this.baseline } : {}),
        },
        this.model(),
        sae,
      )
      this.baseline = { clean: figures.ceClean, zero: figures.ceZero }
      return figures
    } finally {
      await sae.release()
    }
  }

  async release(): Promise<void> {
    await this.kl?.release()
    this.kl = null
  }

  private model(): EvaluationModel {
    const { model } = this.parts
    return {
      activations: (batch) => withModelErrors(() => model.capture(batch, this.site)),
      losses: (batch, replacement) =>
        this.inParts(batch, replacement, (part, value) =>
          withModelErrors(() => model.loss(part, value ? [{ site: this.site, kind: 'replace', value }] : [])),
        ),
      divergence: (batch, replacement) =>
        this.inParts(batch, replacement, (part, value) => this.divergence(part, value ?? new Float32Array(0))),
    }
  }

  /** Runs `work` on parts of a batch whose logits fit the limit and joins the results. */
  private async inParts(
    batch: EvaluationBatch,
    replacement: Float32Array | null,
    work: (part: EvaluationBatch, replacement: Float32Array | null) => Promise<Float32Array>,
  ): Promise<Float32Array> {
    const { dIn, model } = this.parts
    const { seq } = batch
    const rows = Math.max(1, Math.floor(LOGIT_FLOATS / (seq * model.spec.vocabSize)))
    const results: Float32Array[] = []
    for (let first = 0; first < batch.batch; first += rows) {
      const count = Math.min(rows, batch.batch - first)
      const [from, to] = [first * seq, (first + count) * seq]
      const part = { tokens: batch.tokens.slice(from, to), batch: count, seq }
      results.push(await work(part, replacement ? replacement.slice(from * dIn, to * dIn) : null))
      this.check()
      await setImmediate()
    }
    return joinArrays(results)
  }

  private async divergence(batch: EvaluationBatch, replacement: Float32Array): Promise<Float32Array> {
    const { model } = this.parts
    const vocab = model.spec.vocabSize
    this.kl ??= await runtime.createSession(klGraph(vocab), { threads: this.threads })
    const p = await withModelErrors(() => model.logits(batch))
    const q = await withModelErrors(() =>
      model.logits(batch, [{ site: this.site, kind: 'replace', value: replacement }]),
    )
    const dims = [batch.tokens.length, vocab]
    const { kl } = await this.kl.run({ p: float32(p, dims), q: float32(q, dims) })
    return float32Data(kl, 'kl')
  }
}

/** The first held-out contexts, about `tokens` tokens, always the same. */
function heldOutBatches({ tokens: reader }: TrainingParts, tokens: number): EvaluationBatch[] {
  const size = reader.contextSize
  const count = Math.min(reader.heldOutContexts, Math.max(1, Math.ceil(tokens / size)))
  const step = contextsPerPass(size)
  return Array.from({ length: Math.ceil(count / step) }, (_, n) => {
    const length = Math.min(step, count - n * step)
    const contexts = Array.from({ length }, (_, i) => reader.trainContexts + n * step + i)
    return { tokens: readContexts(reader, contexts), batch: length, seq: size }
  })
}

/** Tensors in memory as a source. */
function memorySource({ tensors }: ExportedSae) {
  const find = (name: string) => {
    const found = tensors[name]
    if (!found) throw new RangeError(`There is no tensor ${name}.`)
    return found
  }
  return {
    names: () => Object.keys(tensors),
    info: (name: string) => ({ dtype: 'F32', shape: find(name).shape }),
    float32: async (name: string) => find(name).data,
  }
}

/** Figures under their metric keys. */
export const heldOutMetrics = (figures: EvaluationFigures): MetricValues => ({
  heldout_fvu: finite(figures.fvu),
  heldout_l0: finite(figures.l0),
  heldout_dead_share: finite(figures.deadShare),
  ce_clean: finite(figures.ceClean),
  ce_sae: finite(figures.ceSae),
  ce_zero: finite(figures.ceZero),
  ce_recovered: finite(figures.ceRecovered),
  kl: finite(figures.kl),
})

/** null for what is not a finite number: a gap in a chart, never a zero. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
