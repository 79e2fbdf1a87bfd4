// The training loop of a job: batches from one stream, steps of every SAE on it, metrics, evaluations and checkpoints, under the job's
// control. Everything reported under a metric key but speeds depends on data, parameters and thread count only, so a row replayed after
// a resume carries the same values.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  AppError,
  dataSeedOf,
  type MetricValues,
  type TrainingAlert,
  type TrainingNotice,
  type TrainingRunParams,
} from '@mistudio/contracts'
import type { EvaluationFigures, ExportedSae, TrainStepMetrics } from '@mistudio/interp/saes'
import type { JobContext } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import type { CheckpointData } from './checkpoints/checkpoint-file.js'
import { saveTogether, type ToSave } from './checkpoints/checkpoint-group.js'
import type { Member } from './members/member.js'
import type { Start } from './members/open-members.js'
import { blockUnits, sourceOf, type TrainingParts } from './open.js'
import { alertsOf, diverged, divergenceAlert } from './reports/alerts.js'
import { type EvaluationText, heldOutText, KL_TOKENS, SaeEvaluator, trainedText } from './reports/evaluator.js'
import { finite, heldOutFigures, trainedTextFigures } from './reports/figures.js'
import { Speeds } from './reports/speeds.js'
import { addAlert } from './rows.js'
import { inMemory, onDisk } from './stream/block-rows.js'
import { ActivationBuffer, STREAM_START } from './stream/buffer.js'
import { planBuffer } from './stream/buffer-plan.js'
import type { ActivationSource } from './stream/harvest.js'

/** Longest time without a checkpoint, in milliseconds. Taken between steps, so it does not change any number. */
const CHECKPOINT_TIME = 20_000

/** A finished SAE of a job. */
export interface TrainingResult {
  readonly member: Member
  readonly sae: ExportedSae
  readonly steps: number
  readonly heldOutTokens: number
  readonly spent: CheckpointData['spent']
}

export class TrainingRun {
  private done: number
  private savedStep: number
  private savedAt = performance.now()
  /** Whether an evaluation since the newest checkpoint was the best of an SAE that keeps its best. */
  private betterThanSaved = new Set<Member>()
  private readonly began = performance.now()
  private readonly source: ActivationSource
  private readonly evaluator: SaeEvaluator
  private readonly texts: { readonly heldOut: EvaluationText; readonly trained: EvaluationText }
  private readonly buffer: ActivationBuffer
  private readonly overlap: boolean
  /** Set at the end, so that reading ahead ends too. */
  private over = false
  private readonly progress = new StageProgress('training', 'steps')
  private readonly speeds: Speeds
  /** Work of earlier attempts. */
  private readonly earlier = new Map<Member, CheckpointData['spent']>()
  /** What the SAEs share: all options of the stream are equal. */
  private readonly shared

  /** @param members Those in the running; at least one. */
  constructor(
    private readonly job: JobContext<TrainingRunParams>,
    parts: TrainingParts,
    private members: readonly Member[],
    private readonly start: Start,
    private readonly threads: number,
  ) {
    const { params } = members[0]!.spec
    const { tokens, widths, excluded } = parts
    const check = () => {
      if (this.over) throw new Error('The training has ended.')
      checkControl(job.control())
    }
    this.shared = params
    this.source = sourceOf(parts, check)
    this.evaluator = new SaeEvaluator(parts, threads, check)
    const trained = Math.min(KL_TOKENS, params.evalTokens)
    this.texts = { heldOut: heldOutText(parts, params.evalTokens), trained: trainedText(parts, trained) }
    const { contextSize } = tokens
    const plan = planBuffer(params, blockUnits(parts), {
      fromCapture: parts.capture !== null,
      threads,
      cores: availableParallelism(),
    })
    this.overlap = plan.blocks > 1
    const folder = join(job.dataDir, 'trainings', members[0]!.id, 'buffer')
    const rows = { widths, contextSize, precision: params.bufferPrecision, partContexts: plan.partContexts }
    this.buffer = new ActivationBuffer(
      {
        contexts: this.source.contexts,
        contextSize,
        widths,
        excluded,
        blockContexts: params.bufferContexts,
        seed: dataSeedOf(params),
        keep: plan.onDisk ? onDisk(folder, rows) : inMemory(rows),
      },
      { tokens: (context) => tokens.tokens(context), harvest: (contexts) => this.source.harvest(contexts) },
    )
    this.done = start.kind === 'resume' ? start.data.step : start.kind === 'branch' ? start.stored.data.step : 0
    this.savedStep = start.kind === 'resume' ? start.data.step : -1
    this.speeds = new Speeds(this.source, this.done)
  }

  /**
   * Trains to the last step or to `stop`, then evaluates.
   * @throws Interruption on pause and suspend (after a checkpoint) and on cancel; AppError `training_invalid` when every SAE diverged.
   */
  async run(): Promise<TrainingResult[]> {
    const opened = this.members
    try {
      for (const member of opened) await member.open(this.threads)
      await this.begin()
      return await this.train()
    } catch (error) {
      const keep = error instanceof Interruption && error.outcome.state !== 'cancelled'
      if (keep) await this.save()
      throw error
    } finally {
      this.over = true
      await this.buffer.close()
      for (const member of opened) await member.close()
      await this.evaluator.release()
    }
  }

  private async begin(): Promise<void> {
    const { start } = this
    if (start.kind === 'resume') {
      for (const [i, member] of this.members.entries()) {
        await member.resume(start.stored[i]!)
        this.earlier.set(member, start.stored[i]!.data.spent)
      }
      return this.buffer.seek(start.data.cursor)
    }
    if (start.kind === 'branch') {
      await this.members[0]!.branch(start.stored)
      return start.sameStream ? this.buffer.seek(start.stored.data.cursor) : undefined
    }
    const needed = this.members.some((member) => member.needsSample)
    const sample = needed ? await this.buffer.next(this.shared.normTokens) : null
    this.buffer.seek(STREAM_START)
    for (const member of this.members) await member.begin(member.needsSample ? sample : null)
  }

  private async train(): Promise<TrainingResult[]> {
    const { steps, batchSize, checkpointEvery } = this.shared
    this.job.progress(this.progress.at(this.done, steps, performance.now()))
    // What was interrupted after a step is made up for: the checkpoint was taken at that step.
    await this.resampleIfDue()
    await this.evaluateIfDue()
    while (this.done < steps && !(this.done > 0 && this.job.control() === 'stop')) {
      checkControl(this.job.control())
      await this.trainOnce(batchSize)
      await this.resampleIfDue()
      await this.evaluateIfDue()
      const due = this.done % checkpointEvery === 0 || performance.now() - this.savedAt > CHECKPOINT_TIME
      if ((due || this.betterThanSaved.size > 0) && this.done < steps) await this.save()
      this.job.progress(this.progress.at(this.done, steps, performance.now()))
    }
    await this.save()
    this.job.progress({ stage: 'evaluating', fraction: null })
    const results: TrainingResult[] = []
    for (const member of this.members) {
      const sae = await this.evaluate(member)
      const heldOutTokens = this.texts.heldOut.tokens
      results.push({ member, sae, steps: this.done, heldOutTokens, spent: this.spent(member) })
    }
    return results
  }

  /** One step of every SAE on one batch. */
  private async trainOnce(batchSize: number): Promise<void> {
    const batch = await this.buffer.next(batchSize)
    const { logEvery, steps } = this.shared
    const needed = (steps - this.done - 1) * batchSize
    if (this.overlap && needed > this.buffer.leftInBlock) this.buffer.harvestAhead()
    const due = (this.done + 1) % logEvery === 0 || this.done + 1 === steps
    const stepped: [Member, TrainStepMetrics][] = []
    for (const member of this.members) stepped.push([member, await member.train(batch, this.done)])
    this.done++
    for (const [member, metrics] of stepped) {
      if (diverged(metrics)) await this.drop(member)
      else if (due) {
        this.report(member, { ...member.figures(metrics), ...this.speeds.of(member, this.done, batchSize) })
        const { params } = member.spec
        for (const alert of alertsOf(params, metrics, this.done, member.sae.cfg.d_sae)) await this.raise(member, alert)
      }
    }
    if (due) this.speeds.next(this.done)
  }

  /** A diverged SAE leaves; its last good checkpoint stays: not one of the step before, whose weights gave this loss. @throws AppError `training_invalid` when none is left. */
  private async drop(member: Member): Promise<void> {
    const alert = divergenceAlert(this.done)
    await this.raise(member, alert)
    const kept = await this.job.commit((tx) => member.checkpoints.discard(tx, this.done - 1))
    await member.checkpoints.sweep(kept)
    this.members = this.members.filter((other) => other !== member)
    if (this.members.length === 0) throw new AppError('training_invalid', alert.message, { step: this.done })
  }

  private async raise({ id, alerted, spec }: Member, alert: TrainingAlert): Promise<void> {
    if (alerted.has(alert.kind)) return
    alerted.add(alert.kind)
    this.job.log(alert.kind === 'diverged' ? 'error' : 'warn', `${spec.name}: ${alert.message}`)
    await this.job.flush()
    await this.job.commit((tx) => addAlert(tx, id, alert))
    this.notice('alert', id)
  }

  /** Tells pages that the row of a training is a new one. */
  private notice(what: 'alert' | 'checkpoint', trainingId: string): void {
    this.job.event(what, { trainingId, step: this.done } satisfies TrainingNotice)
  }

  private report(member: Member, values: MetricValues): void {
    this.job.metrics(this.done, values, member.id)
    member.note(values)
  }

  /** Dead features begin again at tokens that the stream is about to serve; its place stays. */
  private async resampleIfDue(): Promise<void> {
    const due = this.members.filter((member) => member.needsResampling(this.done))
    if (due.length === 0) return
    const { cursor } = this.buffer
    const sample = await this.buffer.next(Math.max(...due.map(({ spec }) => spec.params.resampleTokens)))
    this.buffer.seek(cursor)
    for (const member of due) {
      this.report(member, { resampled: await member.resample(sample, this.done, this.threads) })
    }
  }

  private async evaluateIfDue(): Promise<void> {
    const { evalEvery, steps } = this.shared
    if (this.done === 0 || this.done % evalEvery !== 0 || this.done >= steps) return
    for (const member of this.members) if (member.evaluatedStep !== this.done) await this.evaluate(member)
  }

  private async evaluate(member: Member): Promise<ExportedSae> {
    // Evaluations run the same model.
    await this.buffer.settle()
    const { sae, decoder } = await member.exported()
    const on = (text: EvaluationText): Promise<EvaluationFigures> => this.evaluator.evaluate(sae, member.sites, text)
    const heldOut = await on(this.texts.heldOut)
    const trained = await on(this.texts.trained)
    this.report(member, {
      ...decoder,
      ...heldOutFigures(heldOut, this.texts.heldOut.documents),
      ...trainedTextFigures(trained),
    })
    const best = member.noteEvaluation(this.done, finite(heldOut.fvu))
    if (best && member.spec.params.keepBest) this.betterThanSaved.add(member)
    return sae
  }

  private async save(): Promise<void> {
    if (this.done === 0 || (this.savedStep === this.done && this.betterThanSaved.size === 0)) return
    const toSave: ToSave[] = []
    for (const member of this.members) {
      const stored = await member.stored({
        step: this.done,
        threads: this.threads,
        cursor: this.buffer.cursor,
        spent: this.spent(member),
        createdAt: new Date().toISOString(),
      })
      toSave.push({ checkpoints: member.checkpoints, stored, best: this.betterThanSaved.has(member) })
    }
    await saveTogether(this.job, toSave)
    for (const { id } of this.members) this.notice('checkpoint', id)
    this.savedStep = this.done
    this.savedAt = performance.now()
    this.betterThanSaved = new Set()
  }

  /** Work and wall time over all attempts; forward passes count for every SAE that they fed. */
  private spent(member: Member): CheckpointData['spent'] {
    const earlier = this.earlier.get(member)
    return {
      seconds: (earlier?.seconds ?? 0) + (performance.now() - this.began) / 1000,
      harvestSeconds: (earlier?.harvestSeconds ?? 0) + this.source.seconds,
      harvestTokens: (earlier?.harvestTokens ?? 0) + this.source.tokens,
      stepSeconds: (earlier?.stepSeconds ?? 0) + member.stepSeconds,
    }
  }
}
