// One SAE of a training job: its step, controller, checkpoints and figures. Batches, evaluations and the order of things are the job's
// (run-training.ts).
import { type MetricValues, type TrainingAlert, type TrainingMember } from '@mistudio/contracts'
import {
  afterStep,
  coefficientFactor,
  constrainDecoder,
  type ExportedSae,
  initialState,
  resampleDead,
  type Scaler,
  scaled,
  smoothL0,
  TARGET_L0_START,
  type TargetL0Options,
  type TrainableSae,
  type TrainStep,
  type TrainStepMetrics,
} from '@mistudio/interp/saes'
import { openTrainStep } from '@mistudio/sae-engine'
import type { CheckpointData, StoredCheckpoint } from '../checkpoints/checkpoint-file.js'
import { Checkpoints, checkpointFolder } from '../checkpoints/checkpoints.js'
import { type TrainingParts, widthsOf } from '../open.js'
import { decoderFigures, stepFigures } from '../reports/figures.js'
import { targetL0, trainerOptions, trainingSae } from '../settings.js'
import type { SiteActivations } from '../stream/harvest.js'
import { type EstimatedStart, estimateStart, exportTrained, needsSample } from './estimated-start.js'
import { type MemberSites, memberSites, sameSites, sideBySide } from './member-sites.js'
import { resamplingDue, tokenLosses } from './resampling.js'

/** What a checkpoint holds of a member beside its weights. */
type MemberData = Pick<
  CheckpointData,
  'tokens' | 'inherited' | 'evaluatedStep' | 'resampledStep' | 'bestFvu' | 'controller' | 'metrics'
>

export class Member {
  readonly sae: TrainableSae
  readonly sites: MemberSites
  readonly checkpoints: Checkpoints
  /** Seconds of its steps in this attempt. */
  stepSeconds = 0
  /** Kinds of alerts that were raised. */
  readonly alerted: Set<TrainingAlert['kind']>
  private data: MemberData = {
    tokens: 0,
    inherited: 0,
    evaluatedStep: -1,
    resampledStep: -1,
    bestFvu: null,
    controller: TARGET_L0_START,
    metrics: {},
  }
  private step: TrainStep | null = null
  private scaler: Scaler | null = null
  private readonly control: TargetL0Options | null

  constructor(
    readonly spec: TrainingMember,
    parts: TrainingParts,
    dataDir: string,
    alerts: readonly TrainingAlert[],
    private readonly metadata: Record<string, unknown>,
  ) {
    const { params, trainingId } = spec
    this.sae = trainingSae(params, widthsOf(parts, params))
    this.sites = memberSites(params, parts.widths)
    const retention = { keep: params.keepCheckpoints }
    this.checkpoints = new Checkpoints(checkpointFolder(dataDir, trainingId), trainingId, this.sae, retention)
    this.alerted = new Set(alerts.map(({ kind }) => kind))
    this.control = targetL0(params)
  }

  get id(): string {
    return this.spec.trainingId
  }

  get metrics(): MetricValues {
    return this.data.metrics
  }

  get tokens(): number {
    return this.data.tokens
  }

  /** Tokens of its own steps: those of the training it branched from are not among them. */
  get trainedTokens(): number {
    return this.data.tokens - this.data.inherited
  }

  get evaluatedStep(): number {
    return this.data.evaluatedStep
  }

  /** Whether it needs a sample of activations to begin with. */
  get needsSample(): boolean {
    return needsSample(this.spec.params)
  }

  /** @throws AppError when a thread cannot start. Close it. */
  async open(threads: number): Promise<void> {
    const { params } = this.spec
    const trainer = trainerOptions(params)
    this.step = await openTrainStep({ sae: this.sae, trainer, batchSize: params.batchSize, threads })
  }

  async close(): Promise<void> {
    await this.step?.close()
    this.step = null
  }

  /** Begins with fresh weights. `sample`: activations that normalisation and b_dec are estimated on, where they are. */
  async begin(sample: SiteActivations | null): Promise<void> {
    const { params } = this.spec
    const start: EstimatedStart = sample
      ? estimateStart(params, sideBySide(sample, this.sites.inputs), sideBySide(sample, this.sites.outputs), this.sae)
      : { scaler: null, bDec: null }
    this.scaler = start.scaler
    const state = initialState(this.sae, params.seed, start.bDec ? { bDec: start.bDec } : {})
    const { d_in: dIn, d_sae: rows, d_out: width = dIn } = this.sae.cfg
    constrainDecoder(params.decoderNorm, state.parameters['W_dec']!, { rows, width, stride: width })
    await this.opened.load(state)
  }

  /** Goes on from its own checkpoint. */
  async resume({ data, state, scaler }: StoredCheckpoint): Promise<void> {
    const { tokens, inherited, evaluatedStep, resampledStep, bestFvu, controller, metrics } = data
    this.data = { tokens, inherited, evaluatedStep, resampledStep, bestFvu, controller, metrics }
    this.scaler = scaler
    await this.opened.load(state)
  }

  /** Begins from a checkpoint of another training, with figures of its own. */
  async branch({ data, state, scaler }: StoredCheckpoint): Promise<void> {
    this.data = { ...this.data, tokens: data.tokens, inherited: data.tokens, controller: data.controller }
    this.scaler = scaler
    await this.opened.load(state)
  }

  /** Step number `t`, counted from 0, on a batch. */
  async train(batch: SiteActivations, t: number): Promise<TrainStepMetrics> {
    const began = performance.now()
    const [x, target] = this.seen(batch)
    const { control } = this
    const factor = control ? coefficientFactor(this.data.controller, control) : 1
    const metrics = await this.opened.step(x, target, { coefficientFactor: factor })
    const controller = control ? afterStep(this.data.controller, control, t, metrics.l0) : this.data.controller
    this.data = { ...this.data, tokens: this.data.tokens + x.length / this.sae.cfg.d_in, controller }
    this.stepSeconds += (performance.now() - began) / 1000
    return metrics
  }

  /** Whether its dead features are still to begin again after step `done`. */
  needsResampling(done: number): boolean {
    return this.data.resampledStep !== done && resamplingDue(this.spec.params, done)
  }

  /** Lets dead features begin again at badly reconstructed tokens of a sample; returns how many did. */
  async resample(sample: SiteActivations, done: number, threads: number): Promise<number> {
    const { deadWindow, resampleTokens, seed } = this.spec.params
    const { inputs, outputs } = this.sites
    const part: SiteActivations = new Map(
      [...inputs, ...outputs].map(({ name, width }) => [name, sample.get(name)!.subarray(0, resampleTokens * width)]),
    )
    const state = await this.opened.read()
    const raw = [sideBySide(part, inputs), sideBySide(part, outputs)] as const
    const losses = await tokenLosses(exportTrained(this.sae, state, this.scaler, this.metadata), ...raw, threads)
    const [x, target = x] = this.seen(part)
    const count = resampleDead(this.sae, state, { deadWindow, x, target, losses, seed })
    if (count > 0) await this.opened.load(state)
    this.data = { ...this.data, resampledStep: done }
    return count
  }

  /** Figures of a step under their keys, to be reported. */
  figures(metrics: TrainStepMetrics): MetricValues {
    return { ...stepFigures(metrics), ...(this.control ? { l0_smooth: smoothL0(this.data.controller) } : {}) }
  }

  /** Remembers reported values as the newest ones. */
  note(values: MetricValues): void {
    this.data = { ...this.data, metrics: { ...this.data.metrics, ...values } }
  }

  /** Remembers an evaluation; true when its held-out FVU is the lowest so far. */
  noteEvaluation(step: number, fvu: number | null): boolean {
    const best = fvu !== null && (this.data.bestFvu === null || fvu < this.data.bestFvu)
    this.data = { ...this.data, evaluatedStep: step, bestFvu: best ? fvu : this.data.bestFvu }
    return best
  }

  /** The SAE as it is saved, and the norms of its decoder as trained. */
  async exported(): Promise<{ sae: ExportedSae; decoder: MetricValues }> {
    const state = await this.opened.read()
    return {
      sae: exportTrained(this.sae, state, this.scaler, this.metadata),
      decoder: decoderFigures(state.parameters['W_dec']!, this.sae.cfg.d_sae),
    }
  }

  /** All that a checkpoint holds of it. */
  async stored(job: Omit<CheckpointData, keyof MemberData>): Promise<StoredCheckpoint> {
    return { data: { ...job, ...this.data }, state: await this.opened.read(), scaler: this.scaler }
  }

  private get opened(): TrainStep {
    if (!this.step) throw new Error('The step of the training is not open.')
    return this.step
  }

  /** Input and target as the SAE sees them. A scaler is only there where both are the same sites. */
  private seen(batch: SiteActivations): [x: Float32Array, target: Float32Array | undefined] {
    const { inputs, outputs } = this.sites
    const x = sideBySide(batch, inputs)
    if (this.scaler) return [scaled(this.scaler, x), undefined]
    return [x, sameSites(this.sites) ? undefined : sideBySide(batch, outputs)]
  }
}
