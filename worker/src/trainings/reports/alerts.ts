// Rules that raise an alert on a training: it diverged, almost nothing fires, or too much is dead. Pure.
import type { TrainingAlert, TrainingParams } from '@mistudio/contracts'
import type { TrainStepMetrics } from '@mistudio/interp/saes'
import { coefficientWarmUp } from '../settings.js'

/** Whether a step left the numbers that can be trained on. */
export const diverged = ({ loss, gradNorm }: TrainStepMetrics): boolean =>
  !Number.isFinite(loss) || !Number.isFinite(gradNorm)

export const divergenceAlert = (step: number): TrainingAlert => ({
  kind: 'diverged',
  step,
  message: `The loss is no longer a finite number at step ${step}. The training stopped; its last checkpoint is from before. Branch from it, or start again, with a lower learning rate.`,
})

/** Alerts that hold after a step (counted from 1); nothing is said while learning rate and coefficient warm up. */
export function alertsOf(
  params: TrainingParams,
  { l0, dead }: Pick<TrainStepMetrics, 'l0' | 'dead'>,
  step: number,
  dSae: number,
): TrainingAlert[] {
  const alerts: TrainingAlert[] = []
  if (step > Math.max(params.warmupSteps, coefficientWarmUp(params)) && l0 < params.alertL0Below) {
    const message = `L0 fell to ${rounded(l0)} at step ${step}, below ${params.alertL0Below}: the SAE encodes almost nothing. Lower the sparsity coefficient.`
    alerts.push({ kind: 'l0_collapse', step, message })
  }
  const share = dead / dSae
  if (share > params.alertDeadShare) {
    const message = `${rounded(100 * share)} % of the features are dead at step ${step}, above the limit of ${rounded(100 * params.alertDeadShare)} %.`
    alerts.push({ kind: 'dead_share', step, message })
  }
  return alerts
}

const rounded = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
