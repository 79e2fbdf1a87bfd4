// Tints of a finished text by one feature, on a scale shared by all columns. Pure.
import type { Completion } from '@mistudio/contracts'
import { type TintedToken, tint } from '../../tokens/index.js'
import { sharedMax } from './prepare.js'

export const sharedTint = (completion: Completion, all: readonly Completion[], feature: number): TintedToken[] => {
  const activations = completion.activations[String(feature)] ?? []
  const own = Math.max(0, ...activations)
  return tint(completion.tokens, activations, sharedMax(all, feature), own > 0 ? activations.indexOf(own) : null)
}
