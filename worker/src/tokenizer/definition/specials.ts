// What a tokenizer adds around a text (BOS for Llama ...): the post-processor of tokenizer.json as ids before and behind.
import { z } from 'zod'
import { type Component, listOf, parsed, refused } from './refused.js'

export interface Frame {
  readonly before: readonly number[]
  readonly behind: readonly number[]
}

const SpecialSchema = z.object({ SpecialToken: z.object({ id: z.string() }) })
const TemplateSchema = z.looseObject({
  single: z.array(z.union([SpecialSchema, z.object({ Sequence: z.object({ id: z.enum(['A', 'B']) }) })])),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().min(0)) })),
})
const AroundSchema = z.looseObject({
  cls: z.tuple([z.string(), z.int().min(0)]),
  sep: z.tuple([z.string(), z.int().min(0)]),
})

function template(component: Component): Frame {
  const { single, special_tokens } = parsed(TemplateSchema, component, 'the template of the post-processor')
  const at = single.findIndex((part) => 'Sequence' in part)
  const idsOf = (parts: typeof single): number[] =>
    parts.flatMap((part) => {
      if (!('SpecialToken' in part)) throw refused('a template that holds the text twice')
      const { id } = part.SpecialToken
      const token = special_tokens[id]
      if (!token) throw refused(`the token ${id} in its template without saying its ids`)
      return token.ids
    })
  if (at < 0) throw refused('a template that leaves the text out')
  return { before: idsOf(single.slice(0, at)), behind: idsOf(single.slice(at + 1)) }
}

function frameOf(component: Component): Frame {
  switch (component.type) {
    case 'ByteLevel':
      return { before: [], behind: [] }
    case 'TemplateProcessing':
      return template(component)
    case 'BertProcessing':
    case 'RobertaProcessing': {
      const { cls, sep } = parsed(AroundSchema, component, `the post-processor ${component.type}`)
      return { before: [cls[1]], behind: [sep[1]] }
    }
    default:
      throw refused(`the post-processor ${component.type}`)
  }
}

/** Ids before and behind a text; those of a later processor stand outside. @throws AppError `tokenizer_invalid`. */
export function specialsOf(postProcessor: unknown): Frame {
  return listOf(postProcessor, 'processors', 'the post-processor')
    .map(frameOf)
    .reduce<Frame>(
      (inner, outer) => ({ before: [...outer.before, ...inner.before], behind: [...inner.behind, ...outer.behind] }),
      { before: [], behind: [] },
    )
}
