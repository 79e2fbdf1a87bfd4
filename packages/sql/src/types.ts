// Types of PostgreSQL as statements name them, and what they are here. `?` allows NULL, `[]` is an array.
import { toJson } from './json.js'

interface Plain {
  readonly uuid: string
  readonly text: string
  readonly int: number
  /** Up to 2^53; what counts more is not stored. */
  readonly bigint: number
  readonly float8: number
  readonly boolean: boolean
  readonly timestamptz: Date
  readonly jsonb: unknown
}
type PlainType = keyof Plain
type Listed = 'uuid' | 'text' | 'int' | 'bigint' | 'float8'
type Whole = PlainType | `${Listed}[]`
export type Type = Whole | `${Whole}?`
export type Types = Readonly<Record<string, Type>>

type ValueOf<T> = T extends `${infer Inner}?`
  ? ValueOf<Inner> | null
  : T extends `${infer Inner}[]`
    ? readonly ValueOf<Inner>[]
    : T extends PlainType
      ? Plain[T]
      : never
/** A row of columns, or the values of parameters, of these types. */
export type RowOf<T extends Types> = { readonly [K in keyof T]: ValueOf<T[K]> }

/** What PostgreSQL calls the type of a parameter or a column. */
export const nameOf = (type: Type): string => type.replace('?', '')

/** A value as the drivers send it. */
export const encoded = (type: Type, value: unknown): unknown => {
  if (nameOf(type) !== 'jsonb') return value
  return type === 'jsonb?' && (value ?? null) === null ? null : toJson(value)
}

/** A value as drivers answer it: whole numbers of 64 bits come as text or as BigInt. */
export const decoded = (type: Type, value: unknown): unknown =>
  nameOf(type) === 'bigint' && value !== null ? Number(value) : value
