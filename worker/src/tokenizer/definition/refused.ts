// Errors for a tokenizer.json: a part that cannot be carried out exactly, and a part that is malformed.
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'

/** A part that is refused rather than carried out differently. */
export const refused = (what: string): AppError =>
  new AppError('tokenizer_invalid', `tokenizer.json uses ${what}, which cannot be carried out exactly here.`)

/** A value of the expected shape. @throws AppError `tokenizer_invalid` saying where it is not. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new AppError('tokenizer_invalid', `tokenizer.json: ${where} is malformed: ${z.prettifyError(result.error)}`)
}

const ComponentSchema = z.looseObject({ type: z.string() })
/** A normalizer, a pre-tokenizer or another part of tokenizer.json. */
export type Component = z.infer<typeof ComponentSchema>

/** The members of a component; `Sequence` is written out. */
export function listOf(value: unknown, members: string, where: string): Component[] {
  if (value === null || value === undefined) return []
  const component = parsed(ComponentSchema, value, where)
  if (component.type !== 'Sequence') return [component]
  return parsed(z.array(z.unknown()), component[members], where).flatMap((member) => listOf(member, members, where))
}
