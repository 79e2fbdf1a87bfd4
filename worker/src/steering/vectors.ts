// Steering vectors: for each row the sum over its features of strength × maximum activation × decoder row.

import { AppError, type SteeringGenerateParams } from '@mistudio/contracts'
import { findSite, type Sae, type Site, siteWidth } from '@mistudio/interp'
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
    for (const { index, strength, maxActivation } of features) {
      if (index >= count) throw new AppError('prompt_invalid', `The SAE has no feature ${index} (0 to ${count - 1}).`)
      for (let i = 0; i < width; i++) vectors[at + i]! += strength * maxActivation * decoderRows[index * width + i]!
    }
  }
  return vectors
}

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
