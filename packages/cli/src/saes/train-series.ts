// The series of a training case: what the trainer logs at each step.
import type { SafetensorsFile } from '@mistudio/formats'
import type { TrainerStep } from '@mistudio/interp/saes'
import type { Check } from '../checks.js'
import type { Checks } from './compare.js'
import { namesUnder } from './files.js'

export async function* seriesAgree(
  { tensors, checks }: { readonly tensors: SafetensorsFile; readonly checks: Checks },
  steps: readonly TrainerStep[],
  thresholds: readonly number[],
): AsyncGenerator<Check> {
  for (const name of namesUnder(tensors, 'series.')) {
    const wanted = await tensors.float64(`series.${name}`)
    const ours = name === 'topk_threshold_after_step' ? thresholds : steps.map((step) => seriesValue(name, step))
    yield checks.relative(`series.${name}`, ours, wanted, seriesTolerance(name))
  }
}

function seriesValue(name: string, step: TrainerStep): number {
  const part = /^(coefficient|loss)\.(.+)$/.exec(name)
  if (name === 'loss.total') return step.loss
  if (part) return (part[1] === 'loss' ? step.losses : step.coefficients)[part[2]!] ?? Number.NaN
  const values: Record<string, number> = {
    lr: step.learningRate,
    grad_norm: step.gradNorm,
    l0: step.l0,
    dead: step.dead,
    explained_variance: step.explainedVariance,
    explained_variance_legacy: step.explainedVarianceLegacy,
  }
  return values[name] ?? Number.NaN
}

/** Schedules and counts are exact; what follows parameters carries their float32 noise. */
function seriesTolerance(name: string): number {
  if (name === 'lr' || name.startsWith('coefficient.')) return 1e-12
  if (name === 'l0' || name === 'dead') return 1e-7
  return 2e-5
}
