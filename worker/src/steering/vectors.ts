// What an experiment does to the stream, by row: the sum of strength × maximum activation × decoder row of features that are added, and
// the edits of features whose activation is changed.

import { AppError, type SteeringGenerateParams } from '@mistudio/contracts'
import { type FeatureEdit, findSite, type Site, siteWidth } from '@mistudio/interp/models'
import { type Sae } from '@mistudio/interp/saes'
import { requireSteerable } from '../features/index.js'

type Variant = SteeringGenerateParams['variants'][number]

/** Indices of all features of all variants, ascending, each once. */
export function steeredFeatures(variants: readonly Variant[]): number[] {
  const indices = variants.flatMap(({ features }) => features.map(({ index }) => index))
  return [...new Set(indices)].sort((a, b) => a - b)
}

/**
 * Vectors [1 + variants, width] to add at the SAE's site: row 0 is zero (unsteered), row v + 1 belongs to variant v.
 * `decoderRows` [d_sae, width].
 * @throws AppError `prompt_invalid` for a feature index that the SAE lacks.
 */
export function steeringVectors(variants: readonly Variant[], decoderRows: Float32Array, width: number): Float32Array {
  const vectors = new Float32Array((1 + variants.length) * width)
  const count = decoderRows.length / width
  for (const [variant, { features }] of variants.entries()) {
    const at = (variant + 1) * width
    for (const { index, strength, maxActivation, action } of features) {
      if (index >= count) throw new AppError('prompt_invalid', `The SAE has no feature ${index} (0 to ${count - 1}).`)
      if (action !== 'add') continue
      for (let i = 0; i < width; i++) vectors[at + i]! += strength * maxActivation * decoderRows[index * width + i]!
    }
  }
  return vectors
}

type Steered = Variant['features'][number]

/** What becomes of an activation; null for features that are only added to the stream. */
function editOf({ index: feature, action, strength, maxActivation }: Steered): FeatureEdit | null {
  const level = strength * maxActivation
  if (action === 'set') return { feature, scale: 0, add: level }
  if (action === 'scale') return { feature, scale: strength }
  if (action === 'at_least') return { feature, min: level }
  if (action === 'at_most') return { feature, max: level }
  return null
}

/** Edits per row: none in row 0 (unsteered), those of variant v in row v + 1. Null when no variant edits a feature. */
export function featureEdits(variants: readonly Variant[]): FeatureEdit[][] | null {
  const edits = variants.map(({ features }) => features.map(editOf).filter((edit) => edit !== null))
  return edits.some(({ length }) => length > 0) ? [[], ...edits] : null
}

/** Whether some feature is added to the stream. */
export const addsVectors = (variants: readonly Variant[]): boolean =>
  variants.some(({ features }) => features.some(({ action }) => action === 'add'))

/** The site to steer at. @throws AppError `sae_invalid` or ModelError `site_unknown` when SAE, experiment and model disagree. */
export function steeringSite(sae: Sae, wanted: string | null, sites: readonly Site[]): string {
  requireSteerable(sae)
  const name = wanted ?? sae.site
  if (name === null)
    throw new AppError('sae_invalid', 'The SAE does not say at which site of the model it was trained.')
  if (sae.site !== null && sae.site !== name) {
    throw new AppError('sae_invalid', `The SAE was trained at ${sae.site}, the experiment asks for ${name}.`)
  }
  const width = siteWidth(findSite(sites, name))
  if (width !== sae.dIn)
    throw new AppError('sae_invalid', `The SAE takes ${sae.dIn} values, the model has ${width} at ${name}.`)
  return name
}
