// Evaluation of the SAEs of a job on pieces of text: each as it would be saved, spliced into the model.
import { setImmediate } from 'node:timers/promises'
import { MemoryTensors } from '@mistudio/formats'
import {
  type EvaluationBatch,
  type EvaluationFigures,
  type EvaluationModel,
  type ExportedSae,
  evaluateSae,
  joinFloats,
  type KnownLosses,
  klGraph,
  leaveOutUnits,
  Sae,
} from '@mistudio/interp/saes'
import { float32, float32Data, type Session } from '@mistudio/onnx'
import { withModelErrors } from '../../models/errors.js'
import { contextsPerPass } from '../../models/passes.js'
import { runtime } from '../../runtime/index.js'
import { type MemberSites, sideBySide, takeApart, widthOf } from '../members/member-sites.js'
import type { TrainingParts } from '../open.js'
import { readContexts, readDocuments } from '../stream/harvest.js'

/** KL is taken over the first so many tokens: it moves two logit vectors per token through memory. */
export const KL_TOKENS = 4096
/** Logits of one pass, in floats: 128 MB. */
const LOGIT_FLOATS = 2 ** 25

/** Whole contexts that SAEs are evaluated on, always the same. */
export interface EvaluationText {
  readonly name: string
  readonly batches: readonly EvaluationBatch[]
  /** What is left out as a whole when an interval is made, per batch; and how many documents there are. */
  readonly units: readonly Int32Array[]
  readonly documents: number
  readonly tokens: number
}

/** The first held-out contexts, about `tokens` tokens; training never sees them. */
export const heldOutText = (parts: TrainingParts, tokens: number): EvaluationText =>
  textOf(parts, 'held-out', parts.tokens.trainContexts, parts.tokens.heldOutContexts, tokens)

/** The first contexts of the text that is trained on. */
export const trainedText = (parts: TrainingParts, tokens: number): EvaluationText =>
  textOf(parts, 'trained', 0, parts.capture?.contexts ?? parts.tokens.trainContexts, tokens)

function textOf(
  { tokens: reader }: TrainingParts,
  name: string,
  start: number,
  available: number,
  tokens: number,
): EvaluationText {
  const size = reader.contextSize
  const count = Math.min(available, Math.max(1, Math.ceil(tokens / size)))
  const step = contextsPerPass(size)
  const batches = Array.from({ length: Math.ceil(count / step) }, (_, n) => {
    const length = Math.min(step, count - n * step)
    const contexts = Array.from({ length }, (_, i) => start + n * step + i)
    return { tokens: readContexts(reader, contexts), batch: length, seq: size }
  })
  const documents = batches.map(({ batch }, n) =>
    readDocuments(
      reader,
      Array.from({ length: batch }, (_, i) => start + n * step + i),
    ),
  )
  return { name, batches, ...leaveOutUnits(documents), tokens: count * size }
}

export class SaeEvaluator {
  private readonly known = new Map<string, KnownLosses>()
  private kl: Session | null = null

  constructor(
    private readonly parts: TrainingParts,
    private readonly threads: number,
    /** Called between batches; throws to end the evaluation. */
    private readonly check: () => void,
  ) {}

  /** Figures of an SAE; what does not depend on it is computed once per text and output sites. */
  async evaluate(inference: ExportedSae, sites: MemberSites, text: EvaluationText): Promise<EvaluationFigures> {
    const sae = await Sae.load(inference.cfg, new MemoryTensors(inference.tensors), runtime, { threads: this.threads })
    try {
      const key = `${text.name} ${sites.outputs.map(({ name }) => name)}`
      const known = this.known.get(key)
      const request = {
        batches: text.batches,
        units: text.units,
        onBatch: this.check,
        klBatches: Math.ceil(KL_TOKENS / (text.batches[0]?.tokens.length ?? 1)),
        counted: this.parts.counted,
      }
      const evaluation = await evaluateSae(known ? { ...request, known } : request, this.modelAround(sites), sae)
      this.known.set(key, evaluation.known)
      return evaluation.figures
    } finally {
      await sae.release()
    }
  }

  async release(): Promise<void> {
    await this.kl?.release()
    this.kl = null
  }

  private modelAround({ inputs, outputs }: MemberSites): EvaluationModel {
    const { model } = this.parts
    const width = widthOf(outputs)
    // All sites of a crosscoder at once: a later one is replaced whatever the earlier ones changed upstream of it.
    const splice = (rows: Float32Array) =>
      takeApart(rows, outputs).map(({ site, value }) => ({ site, kind: 'replace' as const, value }))
    return {
      activations: async (batch) => {
        const capture = [...new Set([...inputs, ...outputs].map(({ name }) => name))]
        const { captured } = await withModelErrors(() => model.forward(batch, { capture }))
        const found = new Map(Object.entries(captured))
        return { x: sideBySide(found, inputs), target: sideBySide(found, outputs) }
      },
      losses: (batch, replacement) =>
        this.inParts(batch, replacement, width, (part, value) =>
          withModelErrors(() => model.loss(part, value ? splice(value) : [])),
        ),
      divergence: (batch, replacement) =>
        this.inParts(batch, replacement, width, (part, value) => this.divergence(part, value ? splice(value) : [])),
    }
  }

  /** Runs `work` on parts of a batch whose logits fit the limit and joins the results. */
  private async inParts(
    batch: EvaluationBatch,
    replacement: Float32Array | null,
    width: number,
    work: (part: EvaluationBatch, replacement: Float32Array | null) => Promise<Float32Array>,
  ): Promise<Float32Array> {
    const { seq } = batch
    const rows = Math.max(1, Math.floor(LOGIT_FLOATS / (seq * this.parts.model.spec.vocabSize)))
    const results: Float32Array[] = []
    for (let first = 0; first < batch.batch; first += rows) {
      const count = Math.min(rows, batch.batch - first)
      const [from, to] = [first * seq, (first + count) * seq]
      const part = { tokens: batch.tokens.slice(from, to), batch: count, seq }
      results.push(await work(part, replacement ? replacement.slice(from * width, to * width) : null))
      this.check()
      await setImmediate()
    }
    return joinFloats(results)
  }

  private async divergence(
    batch: EvaluationBatch,
    interventions: Parameters<TrainingParts['model']['logits']>[1],
  ): Promise<Float32Array> {
    const { model } = this.parts
    const vocab = model.spec.vocabSize
    this.kl ??= await runtime.createSession(klGraph(vocab), { threads: this.threads })
    const p = await withModelErrors(() => model.logits(batch))
    const q = await withModelErrors(() => model.logits(batch, interventions))
    const dims = [batch.tokens.length, vocab]
    const { kl } = await this.kl.run({ p: float32(p, dims), q: float32(q, dims) })
    return float32Data(kl, 'kl')
  }
}
