// The histogram of feature densities out of its metric series. Pure.
import { DENSITY_KEYS } from '@mistudio/contracts'
import type { Curve } from '../../data/index.js'

export interface Density {
  /** Features that fired at no token. */
  readonly silent: number
  /** Features per bin of DENSITY_EDGES. */
  readonly counts: readonly number[]
}

/** The histogram of one step; null when it was not measured there. */
export function densityAt(curves: Readonly<Record<string, Pick<Curve, 'at' | 'last'>>>, step: number): Density | null {
  const values = DENSITY_KEYS.map((key) => {
    const at = curves[key]?.at.indexOf(step) ?? -1
    return at < 0 ? null : (curves[key]?.last[at] ?? null)
  })
  const [silent, ...counts] = values
  if (silent == null || counts.some((count) => count === null)) return null
  return { silent, counts: counts.map(Number) }
}
