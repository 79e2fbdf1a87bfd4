// Learning rate per step, as SAELens's `get_lr_scheduler` composes it: linear warm-up, a main part, linear decay at the end.

export interface LearningRateSchedule {
  readonly main: 'constant' | 'cosine' | 'cosine_restarts'
  readonly lr: number
  /** Value that the cosines fall to; decay after a cosine starts here. */
  readonly lrEnd: number
  readonly warmupSteps: number
  readonly decaySteps: number
  readonly totalSteps: number
  /** Periods of `cosine_restarts`. */
  readonly cycles: number
}

/** Learning rate of step `t`, counted from 0. Warm-up starts at lr / warmupSteps; decay ends one step short of 0. */
export function learningRate(schedule: LearningRateSchedule, t: number): number {
  const { main, lr, lrEnd, warmupSteps, decaySteps, totalSteps, cycles } = schedule
  if (t < warmupSteps) return (lr * (t + 1)) / warmupSteps
  const base = main === 'constant' ? lr : lrEnd
  const decayed = t - (totalSteps - decaySteps)
  if (decaySteps > 0 && decayed >= 0) return base * Math.max(0, 1 - decayed / decaySteps)
  if (main === 'constant') return lr
  const length = totalSteps - warmupSteps - decaySteps
  const period = main === 'cosine' ? length : Math.max(1, Math.floor(length / cycles))
  const i = main === 'cosine' ? t - warmupSteps : (t - warmupSteps) % period
  return lrEnd + ((lr - lrEnd) * (1 + Math.cos((Math.PI * i) / period))) / 2
}
