// Joins the variants asked for with what the extraction measured. Pure.
import { AppError, type SteeringGenerateParams, type SteeringVariant } from '@mistudio/contracts'
import type { Issue } from '../common/parse.js'

/** The variants with each feature's maximum activation. Throws `validation_failed` for features that do not exist, are dead, or come twice. */
export function steeredVariants(
  variants: readonly SteeringVariant[],
  maxima: ReadonlyMap<number, number>,
): SteeringGenerateParams['variants'] {
  const issues = variants.flatMap((variant, v) => issuesOf(variant, v, maxima))
  const first = issues[0]
  if (first) throw new AppError('validation_failed', first.message, { issues })
  return variants.map(({ features }) => ({
    features: features.map((feature) => ({ ...feature, maxActivation: maxima.get(feature.index) ?? 0 })),
  }))
}

function issuesOf({ features }: SteeringVariant, v: number, maxima: ReadonlyMap<number, number>): Issue[] {
  return features.flatMap(({ index }, f) => {
    const path = `variants.${v}.features.${f}.index`
    const max = maxima.get(index)
    if (max === undefined) return [{ path, message: `This extraction has no feature ${index}.` }]
    if (max <= 0)
      return [
        { path, message: `Feature ${index} never fired in this extraction, so it has no strength to steer with.` },
      ]
    const twice = features.findIndex((other) => other.index === index) < f
    return twice ? [{ path, message: `Feature ${index} stands twice in one variant.` }] : []
  })
}
