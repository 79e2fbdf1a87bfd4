// The reference trainer behind the interface of all training steps: exact and readable, fast enough for small SAEs.
import { SaeError } from '../errors.js'
import type { StepControl, TrainStep, TrainStepMetrics, TrainStepState } from '../train-step.js'
import type { TrainableSae } from './architecture.js'
import { type TrainerOptions, type TrainerState, trainerState, trainStep } from './trainer.js'

export class ReferenceTrainStep implements TrainStep {
  private readonly state: TrainerState

  /** @param parameters Starting values by name; copied. */
  constructor(
    private readonly sae: TrainableSae,
    private readonly options: TrainerOptions,
    parameters: Readonly<Record<string, Float32Array>>,
  ) {
    this.state = trainerState(sae, copied(parameters))
  }

  async step(x: Float32Array, target: Float32Array = x, control: StepControl = {}): Promise<TrainStepMetrics> {
    const tokens = x.length / this.sae.cfg.d_in
    const width = this.sae.cfg.d_out ?? this.sae.cfg.d_in
    if (!Number.isInteger(tokens) || target.length !== tokens * width) {
      const message = `${x.length} inputs and ${target.length} targets are no batch of widths ${this.sae.cfg.d_in} and ${width}.`
      throw new SaeError('training_invalid', message)
    }
    return trainStep(this.sae, this.options, this.state, x, target, undefined, control)
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
