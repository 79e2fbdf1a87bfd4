// Comparisons of arrays and numbers as checks with a figure and a tolerance.
import type { Check } from '../checks.js'

type Numbers = ArrayLike<number>

/** Largest |a|; 0 for an empty array. */
function largest(a: Numbers): number {
  let most = 0
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]!))
  return most
}

/** Largest |a − b|; entries that are NaN in both agree. Infinite when the lengths differ or one alone is NaN. */
function distance(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let most = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (Number.isNaN(x) && Number.isNaN(y)) continue
    const difference = x === y ? 0 : Math.abs(x - y)
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY
    most = Math.max(most, difference)
  }
  return most
}

/** Checks of one case, collected under its name. */
export class Checks {
  constructor(readonly name: string) {}

  /** Passes when `figure` does not exceed `tolerance` (NaN never passes). */
  figure(check: string, figure: number, tolerance: number, detail?: string): Check {
    return { case: this.name, check, figure, tolerance, pass: figure <= tolerance, ...(detail ? { detail } : {}) }
  }

  /** Largest difference over the largest reference value. */
  relative(check: string, ours: Numbers, reference: Numbers, tolerance: number): Check {
    const scale = largest(reference)
    return this.figure(check, distance(ours, reference) / (scale > 0 ? scale : 1), tolerance)
  }

  absolute(check: string, ours: Numbers, reference: Numbers, tolerance: number): Check {
    return this.figure(check, distance(ours, reference), tolerance)
  }

  equal(check: string, ours: unknown, reference: unknown): Check {
    const pass = sorted(ours) === sorted(reference)
    return this.figure(check, pass ? 0 : 1, 0, pass ? undefined : `${sorted(ours)} instead of ${sorted(reference)}`)
  }

  /** A check that could not be made, with the reason. */
  broken(check: string, error: unknown): Check {
    return this.figure(check, Number.NaN, 0, error instanceof Error ? error.message : String(error))
  }
}

/** JSON with keys in order, so that only content is compared. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? 'undefined'
