// The comparisons of the suite. A check throws with what differed, so that any test runner, or none, can run it.

/** One thing that must hold of a training step. */
export interface Check {
  readonly name: string
  /** @throws Error saying what differed, by how much, where. */
  run(): Promise<void>
}

export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** Largest difference of two arrays; infinite where they have different lengths. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length ? largest(Array.from(a, (value, i) => value - b[i]!)) : Number.POSITIVE_INFINITY

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(b), 1e-12)

/** @throws Error unless `found` is below `limit`; NaN never is. */
export function below(found: number, limit: number, what: string): void {
  if (!(found < limit)) throw new Error(`${what}: ${found}, but below ${limit} was expected`)
}

export const near = (found: number, wanted: number, limit: number, what: string): void =>
  below(Math.abs(found - wanted), limit, `${what} (${found} for ${wanted})`)

export const relativelyNear = (found: number, wanted: number, limit: number, what: string): void =>
  below(relative(found, wanted), limit, `${what} (${found} for ${wanted})`)

/** Same numbers, same names, bit for bit. Typed arrays are compared as lists of numbers. */
export function same(found: unknown, wanted: unknown, what: string): void {
  if (isList(found) && isList(wanted)) {
    if (found.length !== wanted.length) throw new Error(`${what}: ${found.length} values for ${wanted.length}`)
    const at = Array.from(wanted).findIndex((value, i) => !Object.is(value, found[i]))
    if (at >= 0) throw new Error(`${what}[${at}]: ${String(found[at])} for ${String(wanted[at])}`)
    return
  }
  if (isRecord(found) && isRecord(wanted)) {
    same(Object.keys(found).sort(), Object.keys(wanted).sort(), `names of ${what}`)
    for (const [key, value] of Object.entries(wanted)) same(found[key], value, `${what}.${key}`)
    return
  }
  if (!Object.is(found, wanted)) throw new Error(`${what}: ${String(found)} for ${String(wanted)}`)
}

/** @throws Error unless `work` is refused with the code. */
export async function refused(work: Promise<unknown>, code: string, what: string): Promise<void> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error === null) throw new Error(`${what} was not refused`)
  same(isRecord(error) ? error['code'] : undefined, code, `code of the refusal of ${what}`)
}

type List = ArrayLike<unknown>
const isList = (value: unknown): value is List =>
  Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
