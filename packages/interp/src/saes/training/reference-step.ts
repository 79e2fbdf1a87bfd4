// The reference trainer behind the interface of all training steps: exact and readable, fast enough for small SAEs.
import { SaeError } from '../errors.js'
import type { ProbedTrainStep, StepControl, StepEngine, TrainStepMetrics, TrainStepState } from '../train-step.js'
import type { Gradients, TrainableSae } from './architecture.js'
import { initialParameters } from './initialise.js'
import { type TrainerOptions, type TrainerState, trainerState, trainStep } from './trainer.js'

interface ReferenceOptions {
  /** Most tokens of a batch; any unless given. */
  readonly batchSize?: number
  readonly keepGradients?: boolean
}

export class ReferenceTrainStep implements ProbedTrainStep {
  private readonly state: TrainerState
  private kept: Gradients | null = null

  /** @param parameters Starting values by name; copied. */
  constructor(
    private readonly sae: TrainableSae,
    private readonly options: TrainerOptions,
    parameters: Readonly<Record<string, Float32Array>>,
    private readonly more: ReferenceOptions = {},
  ) {
    this.state = trainerState(sae, copied(parameters))
  }

  async step(x: Float32Array, target: Float32Array = x, control: StepControl = {}): Promise<TrainStepMetrics> {
    const tokens = x.length / this.sae.cfg.d_in
    const width = this.sae.cfg.d_out ?? this.sae.cfg.d_in
    const { batchSize = Number.POSITIVE_INFINITY, keepGradients } = this.more
    if (!Number.isInteger(tokens) || tokens > batchSize || target.length !== tokens * width) {
      const message = `${x.length} inputs and ${target.length} targets are no batch of widths ${this.sae.cfg.d_in} and ${width}.`
      throw new SaeError('training_invalid', message)
    }
    const keep = (_: unknown, found: Gradients): void => {
      this.kept = structuredClone(found)
    }
    return trainStep(this.sae, this.options, this.state, x, target, keepGradients ? keep : undefined, control)
  }

  async gradients(): Promise<Gradients> {
    if (!this.kept) throw new Error('No gradients were kept: no step was taken, or it was not opened to keep them.')
    return this.kept
  }

  async read(): Promise<TrainStepState> {
    const { step, parameters, m, v, sinceFired, firedTokens, topkThreshold } = this.state
    return {
      step,
      topkThreshold,
      parameters: copied(parameters),
      m: copied(m),
      v: copied(v),
      sinceFired: sinceFired.slice(),
      firedTokens: firedTokens.slice(),
    }
  }

  async load(from: TrainStepState): Promise<void> {
    const { state } = this
    for (const part of ['parameters', 'm', 'v'] as const) {
      for (const name of Object.keys(this.sae.parameters)) state[part][name]!.set(found(from[part], name))
    }
    state.step = from.step
    state.topkThreshold = from.topkThreshold
    state.sinceFired.set(from.sinceFired)
    state.firedTokens.set(from.firedTokens)
  }

  async close(): Promise<void> {}
}

const copied = (arrays: Readonly<Record<string, ArrayLike<number>>>): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, Float32Array.from(values)]))

function found(arrays: Readonly<Record<string, Float32Array>>, name: string): Float32Array {
  const array = arrays[name]
  if (!array)
    throw new SaeError(
      'training_invalid',
      `The state of the training has no ${name}. It belongs to another architecture.`,
    )
  return array
}

/** Plain loops on one thread; computes every architecture. */
export const referenceEngine: StepEngine = {
  name: 'reference',
  trains: () => true,
  // Pre-activations, activations and their gradients of the batch are kept in double precision.
  bytes: (sae, batchSize) => {
    const { cfg } = sae
    const { d_in: dIn, d_sae: dSae } = cfg
    const dense = 3 * batchSize * dSae + 4 * batchSize * Math.max(dIn, cfg.d_out ?? 0)
    return parameterCount(sae) * (3 * 4 + 8) + dense * 8
  },
  open: async ({ sae, trainer, ...more }) => new ReferenceTrainStep(sae, trainer, initialParameters(sae, 0), more),
}

/** Numbers in all parameters together. */
export const parameterCount = ({ parameters }: Pick<TrainableSae, 'parameters'>): number =>
  Object.values(parameters).reduce((sum, shape) => sum + shape.reduce((n, size) => n * size, 1), 0)
