// An enumeration whose values are known once all rooms are defined, for schemas inside the rooms.
import { z } from 'zod'

export interface LateEnum<T extends string> {
  readonly schema: z.ZodType<T, T>
  /** All of them. */
  values(): readonly T[]
  /** Called once, before anything is parsed. */
  fill(values: readonly T[]): void
}

export function lateEnum<T extends string>(what: string): LateEnum<T> {
  let known: readonly T[] = []
  const values = () => {
    if (known.length === 0)
      throw new Error(`${what}: asked for before the rooms were defined; import the package, not a part.`)
    return known
  }
  const schema = z.lazy(() => z.enum(values()))
  return {
    schema: schema as unknown as z.ZodType<T, T>,
    values,
    fill: (values) => {
      known = values
    },
  }
}
