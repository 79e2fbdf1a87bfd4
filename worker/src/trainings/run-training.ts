// The training loop: batches from the stream, steps, metrics, evaluations and checkpoints, under the job's control.
// Everything reported under a metric key but speeds depends on data, parameters and thread count only, so a row replayed after a resume
// carries the same values.
import { AppError, type MetricValues, type TrainingRunParams } from '@mistudio/contracts'
import {
  type ExportedSae,
  exportForInference,
  initialState,
  type TrainableSae,
  type TrainerOptions,
  type TrainStep,
  type TrainStepMetrics,
} from '@mistudio/interp'
import type { JobContext } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { ActivationBuffer, STREAM_START } from './buffer.js'
import { type CheckpointData, type Checkpoints, mergeMetrics, type StoredCheckpoint } from './checkpoints.js'
import { Harvester } from './harvest.js'
import { finite, HeldOut, heldOutMetrics } from './held-out.js'
import type { TrainingParts } from './open.js'
import { openTrainStep } from './open-step.js'

/** Longest time without a checkpoint, in milliseconds. Taken between steps, so it does not change any number. */
const CHECKPOINT_TIME = 20_000

export interface TrainingResult {
  readonly sae: ExportedSae
  readonly metrics: MetricValues
  readonly steps: number
  readonly heldOutTokens: number
  readonly spent: CheckpointData['spent']
}

export interface TrainingPlan {
  readonly sae: TrainableSae
  readonly trainer: TrainerOptions
  /** What goes into the SAE's cfg.json. */
  readonly metadata: Record<string, unknown>
}

export class TrainingRun {
  private step: TrainStep | null = null
  private done = 0
  private metrics: MetricValues = {}
  private evaluatedStep = -1
  private savedStep = -1
  private savedAt = performance.now()
  private stepSeconds = 0
  private readonly began = performance.now()
  private readonly harvester: Harvester
  private readonly heldOut: HeldOut
  private readonly buffer: ActivationBuffer
  private readonly progress: StageProgress

  constructor(
    private readonly job: JobContext<TrainingRunParams>,
    parts: TrainingParts,
    private readonly plan: TrainingPlan,
    private readonly checkpoints: Checkpoints,
    private readonly resumed: StoredCheckpoint | null,
    private readonly threads: number,
  ) {
    const { params } = job.job.params
    const { tokens, model, dIn, excluded } = parts
    const check = () => checkControl(job.control())
    this.harvester = new Harvester(model, tokens, params.site, dIn, check)
    this.heldOut = new HeldOut(parts, params.site, params.evalTokens, threads, check)
    this.buffer = new ActivationBuffer(
      {
        ...{ contexts: tokens.trainContexts, contextSize: tokens.contextSize, dIn, excluded },
        ...{ blockContexts: params.bufferContexts, seed: params.seed },
      },
      { tokens: (context) => tokens.tokens(context), harvest: (contexts) => this.harvester.harvest(contexts) },
      resumed?.data.cursor ?? STREAM_START,
    )
    this.done = resumed?.data.step ?? 0
    this.metrics = resumed?.data.metrics ?? {}
    this.savedStep = resumed?.data.step ?? -1
    this.evaluatedStep = resumed?.data.evaluatedStep ?? -1
    this.progress = new StageProgress('training', 'steps')
  }

  /**
   * Trains to the last step or to `stop`, then evaluates.
   * @throws Interruption on pause and suspend (after a checkpoint) and on cancel; AppError `training_invalid` when the loss is not finite.
   */
  async run(): Promise<TrainingResult> {
    const { params } = this.job.job.params
    const { sae, trainer } = this.plan
    this.step = await openTrainStep({ sae, trainer, batchSize: params.batchSize, threads: this.threads })
    try {
      await this.step.load(this.resumed?.state ?? initialState(sae, params.seed))
      return await this.train(this.step)
    } catch (error) {
      const keep = error instanceof Interruption && error.outcome.state !== 'cancelled'
      if (keep) await this.save(this.step)
      throw error
    } finally {
      await this.step.close()
      await this.heldOut.release()
    }
  }

  private async train(step: TrainStep): Promise<TrainingResult> {
    const { params } = this.job.job.params
    let reported = { step: this.done, at: performance.now() }
    this.job.progress(this.progress.at(this.done, params.steps, performance.now()))
    // An evaluation that was interrupted is made up for: the checkpoint was taken at its step.
    await this.evaluateIfDue(step)
    while (this.done < params.steps && !(this.done > 0 && this.job.control() === 'stop')) {
      checkControl(this.job.control())
      const batch = await this.buffer.next(params.batchSize)
      const began = performance.now()
      const metrics = await step.step(batch)
      this.stepSeconds += (performance.now() - began) / 1000
      this.done++
      refuseDivergence(metrics, this.done)
      if (this.done % params.logEvery === 0 || this.done === params.steps) {
        const now = performance.now()
        const rate = ((this.done - reported.step) * params.batchSize * 1000) / (now - reported.at)
        this.report(stepMetrics(metrics, rate))
        reported = { step: this.done, at: now }
      }
      await this.evaluateIfDue(step)
      const due = this.done % params.checkpointEvery === 0 || performance.now() - this.savedAt > CHECKPOINT_TIME
      if (due && this.done < params.steps) await this.save(step)
      this.job.progress(this.progress.at(this.done, params.steps, performance.now()))
    }
    await this.save(step)
    this.job.progress({ stage: 'evaluating', fraction: null })
    const sae = await this.evaluate(step)
    return {
      ...{ sae, metrics: this.metrics, steps: this.done },
      ...{ heldOutTokens: this.heldOut.tokens, spent: this.spent() },
    }
  }

  private report(values: MetricValues): void {
    this.job.metrics(this.done, values)
    this.metrics = mergeMetrics(this.metrics, values)
  }

  private async evaluateIfDue(step: TrainStep): Promise<void> {
    const { params } = this.job.job.params
    const due = this.done > 0 && this.done % params.evalEvery === 0 && this.done < params.steps
    if (due && this.evaluatedStep !== this.done) await this.evaluate(step)
  }

  private async evaluate(step: TrainStep): Promise<ExportedSae> {
    const sae = await this.exported(step)
    this.report(heldOutMetrics(await this.heldOut.evaluate(sae)))
    this.evaluatedStep = this.done
    return sae
  }

  private async exported(step: TrainStep): Promise<ExportedSae> {
    const { parameters, topkThreshold } = await step.read()
    return exportForInference({ ...this.plan.sae.cfg, metadata: this.plan.metadata }, parameters, topkThreshold)
  }

  private async save(step: TrainStep): Promise<void> {
    if (this.savedStep === this.done || this.done === 0) return
    const data: CheckpointData = {
      ...{ step: this.done, threads: this.threads, cursor: this.buffer.cursor, metrics: this.metrics },
      evaluatedStep: this.evaluatedStep,
      ...{ spent: this.spent(), createdAt: new Date().toISOString() },
    }
    await this.checkpoints.save({ data, state: await step.read() }, this.job)
    this.savedStep = this.done
    this.savedAt = performance.now()
  }

  /** Work and wall time over all attempts. */
  private spent(): CheckpointData['spent'] {
    const earlier = this.resumed?.data.spent
    return {
      seconds: (earlier?.seconds ?? 0) + (performance.now() - this.began) / 1000,
      harvestSeconds: (earlier?.harvestSeconds ?? 0) + this.harvester.seconds,
      harvestTokens: (earlier?.harvestTokens ?? 0) + this.harvester.tokens,
      stepSeconds: (earlier?.stepSeconds ?? 0) + this.stepSeconds,
    }
  }
}

const stepMetrics = (metrics: TrainStepMetrics, tokensPerSecond: number): MetricValues => ({
  loss: finite(metrics.loss),
  mse: finite(metrics.losses['mse_loss'] ?? Number.NaN),
  aux: finite(metrics.losses['auxiliary_reconstruction_loss'] ?? 0),
  fvu: finite(1 - metrics.explainedVariance),
  explained_variance: finite(metrics.explainedVariance),
  l0: finite(metrics.l0),
  dead: metrics.dead,
  lr: metrics.learningRate,
  grad_norm: finite(metrics.gradNorm),
  tokens_per_second: finite(tokensPerSecond),
})

function refuseDivergence({ loss, gradNorm }: TrainStepMetrics, step: number): void {
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return
  throw new AppError(
    'training_invalid',
    `The loss is no longer a finite number at step ${step}. Start again with a lower learning rate.`,
    {
      step,
    },
  )
}
