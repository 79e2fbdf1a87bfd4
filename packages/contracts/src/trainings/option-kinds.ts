// What kind of value each training option takes, its limits and its default: read off the schemas, so that forms and tables need no
// second list.
import { z } from 'zod'
import { PARAMS_SCHEMAS, type SaeTrainingArchitecture, type TrainingOption } from './params.js'

export type OptionKind =
  | {
      readonly kind: 'number'
      readonly min: number
      readonly max: number
      readonly whole: boolean
      /** May be left empty. */
      readonly nullable: boolean
    }
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** A list of numbers. */
  | { readonly kind: 'numbers' }
  /** A list of names. */
  | { readonly kind: 'names' }
  | { readonly kind: 'text'; readonly nullable: boolean }

/** Names of an architecture's options, in the order of its schema. */
export const optionsOf = (architecture: SaeTrainingArchitecture): TrainingOption[] =>
  Object.keys(PARAMS_SCHEMAS[architecture].shape) as TrainingOption[]

/** Schema of one option; null when the architecture does not have it. */
export function optionSchema(architecture: SaeTrainingArchitecture, key: string): z.ZodType | null {
  const shape: Readonly<Record<string, z.ZodType>> = PARAMS_SCHEMAS[architecture].shape
  return Object.hasOwn(shape, key) ? (shape[key] ?? null) : null
}

/** Value of an option that is not given; undefined when it must be given, or is not an option of the architecture. */
export const optionDefault = (architecture: SaeTrainingArchitecture, key: string): unknown =>
  optionSchema(architecture, key)?.safeParse(undefined).data

/** @throws Error for a schema that no form could show. */
export function optionKind(architecture: SaeTrainingArchitecture, key: TrainingOption): OptionKind {
  const { schema, nullable } = unwrapped(optionSchema(architecture, key))
  if (schema instanceof z.ZodNumber) {
    const { minValue, maxValue, format } = schema
    return {
      kind: 'number',
      min: minValue ?? Number.NEGATIVE_INFINITY,
      max: maxValue ?? Number.POSITIVE_INFINITY,
      whole: format?.includes('int') ?? false,
      nullable,
    }
  }
  if (schema instanceof z.ZodBoolean) return { kind: 'switch' }
  if (schema instanceof z.ZodEnum) return { kind: 'choice', values: schema.options.map(String) }
  if (schema instanceof z.ZodArray) return { kind: schema.element instanceof z.ZodString ? 'names' : 'numbers' }
  if (schema instanceof z.ZodLiteral) return { kind: 'choice', values: Object.keys(PARAMS_SCHEMAS) }
  if (schema instanceof z.ZodString) return { kind: 'text', nullable }
  throw new Error(`There is no kind of field for ${key} of ${architecture}.`)
}

function unwrapped(schema: unknown): { schema: unknown; nullable: boolean } {
  let [inner, nullable] = [schema, false]
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    nullable ||= inner instanceof z.ZodNullable
    inner = inner.unwrap()
  }
  return { schema: inner, nullable }
}
