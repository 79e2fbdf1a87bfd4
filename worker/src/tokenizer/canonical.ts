// tokenizer.json in the form that @huggingface/tokenizers carries out exactly. Components that the library reads differently from their
// definition (Rust `tokenizers`) are written as others that mean the same; what has no exact form here is refused by name.
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'
import {
  DIGIT_RUNS,
  DIGITS,
  GPT2_WORDS,
  META_WORDS,
  NONSPACING_MARKS,
  PUNCTUATION,
  UNSPACED_START,
  WHITE_SPACE,
  WORDS_AND_SYMBOLS,
} from './patterns.js'
import type { TokenizerJson } from './tokenizer-files.js'

const ComponentSchema = z.looseObject({ type: z.string() })
export type Component = z.infer<typeof ComponentSchema>
const PatternSchema = z.union([z.strictObject({ Regex: z.string() }), z.strictObject({ String: z.string().min(1) })])
type Pattern = z.infer<typeof PatternSchema>
const SplitSchema = z.looseObject({ pattern: PatternSchema, behavior: z.string(), invert: z.boolean().default(false) })

export interface Canonical {
  readonly json: TokenizerJson
  /** What text goes through before the model, in order; `Sequence` is written out. */
  readonly preTokenizers: readonly Component[]
  /** Regular expressions in use. */
  readonly patterns: readonly string[]
}

const refused = (what: string): AppError =>
  new AppError('tokenizer_invalid', `tokenizer.json uses ${what}, which cannot be carried out exactly here.`)

function parsed<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new AppError('tokenizer_invalid', `tokenizer.json: ${where} is malformed: ${z.prettifyError(result.error)}`)
}

/** The members of a component, `Sequence` written out. */
function listOf(value: unknown, members: string, where: string): Component[] {
  if (value === null || value === undefined) return []
  const component = parsed(ComponentSchema, value, where)
  if (component.type !== 'Sequence') return [component]
  return parsed(z.array(z.unknown()), component[members], where).flatMap((member) => listOf(member, members, where))
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
const source = (pattern: Pattern): string => ('Regex' in pattern ? pattern.Regex : escaped(pattern.String))
const isolated = (Regex: string): Component => ({
  type: 'Split',
  pattern: { Regex },
  behavior: 'Isolated',
  invert: false,
})
const removed = (Regex: string): Component => ({
  type: 'Split',
  pattern: { Regex },
  behavior: 'Removed',
  invert: false,
})
const only = (Regex: string): Component => ({ type: 'Split', pattern: { Regex }, behavior: 'Removed', invert: true })

/** A pair of brackets that captures: the library would put what it holds between the pieces. */
const CAPTURE = /(?:^|[^\\])\((?!\?)/

function split(component: Component): Component[] {
  const { pattern, behavior, invert } = parsed(SplitSchema, component, 'the Split pre-tokenizer')
  const regex = source(pattern)
  const literal = 'String' in pattern
  if (behavior === 'Isolated') return [isolated(regex)]
  if (behavior === 'Removed' && invert) return [only(regex)]
  if (behavior === 'Removed' && !CAPTURE.test(regex)) return [removed(regex)]
  if (behavior === 'Contiguous' && !invert) return [isolated(`(?:${regex})+`)]
  if (behavior === 'MergedWithPrevious' && literal && !invert)
    return [isolated(`(?:(?!${regex})[\\s\\S])*${regex}|(?:(?!${regex})[\\s\\S])+`)]
  if (behavior === 'MergedWithNext' && literal && !invert)
    return [isolated(`${regex}(?:(?!${regex})[\\s\\S])*|(?:(?!${regex})[\\s\\S])+`)]
  throw refused(
    `a Split pre-tokenizer with behavior ${behavior}${invert ? ', inverted,' : ''} and a pattern of its kind`,
  )
}

/** GPT-2's words first, then bytes: the library's own word pattern takes white space as JavaScript does. */
function byteLevel(component: Component): Component[] {
  const prefix = component['add_prefix_space'] === true
  return [
    ...(prefix ? [{ type: 'Replace', pattern: { Regex: UNSPACED_START }, content: ' ' }] : []),
    ...(component['use_regex'] === false ? [] : [isolated(GPT2_WORDS)]),
    { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
  ]
}

function metaspace(component: Component): Component[] {
  if ((component['replacement'] ?? '▁') !== '▁')
    throw refused(`a Metaspace pre-tokenizer with ${String(component['replacement'])} for spaces`)
  const scheme = component['prepend_scheme'] ?? (component['add_prefix_space'] === false ? 'never' : 'always')
  const own = { type: 'Metaspace', replacement: '▁', prepend_scheme: scheme }
  return component['split'] === false ? [own] : [own, isolated(META_WORDS)]
}

function punctuation(component: Component): Component[] {
  const behavior = component['behavior'] ?? 'Isolated'
  if (behavior === 'Isolated') return [isolated(PUNCTUATION)]
  if (behavior === 'Contiguous') return [isolated(`${PUNCTUATION}+`)]
  throw refused(`a Punctuation pre-tokenizer with behavior ${String(behavior)}`)
}

function preTokenizer(component: Component): Component[] {
  switch (component.type) {
    case 'ByteLevel':
      return byteLevel(component)
    case 'Metaspace':
      return metaspace(component)
    case 'Split':
      return split(component)
    case 'Digits':
      return [isolated(component['individual_digits'] === true ? DIGITS : DIGIT_RUNS)]
    case 'Punctuation':
      return punctuation(component)
    case 'Whitespace':
      return [only(WORDS_AND_SYMBOLS)]
    case 'WhitespaceSplit':
      return [removed(WHITE_SPACE)]
    default:
      throw refused(`the pre-tokenizer ${component.type}`)
  }
}

const EXACT_NORMALIZERS: ReadonlySet<string> = new Set(['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'Prepend', 'Strip'])

function normalizer(component: Component): Component {
  if (EXACT_NORMALIZERS.has(component.type)) return component
  if (component.type === 'StripAccents') return { type: 'Replace', pattern: { Regex: NONSPACING_MARKS }, content: '' }
  if (component.type === 'Replace') {
    const schema = z.looseObject({ pattern: PatternSchema, content: z.string() })
    const { pattern, content } = parsed(schema, component, 'the Replace normalizer')
    // The content is literal; JavaScript would read `$&` and the like.
    return { type: 'Replace', pattern, content: content.replaceAll('$', '$$$$') }
  }
  const reason = component.type === 'Precompiled' ? ' (a compiled SentencePiece character map)' : ''
  throw refused(`the normalizer ${component.type}${reason}`)
}

/** A split at spaces that the last normalizer has replaced (Gemma): it never finds one. */
function findsNothing(component: Component, last: Component | undefined): boolean {
  const space = JSON.stringify({ String: ' ' })
  return (
    component.type === 'Split' &&
    JSON.stringify(component['pattern']) === space &&
    last?.type === 'Replace' &&
    JSON.stringify(last['pattern']) === space &&
    !String(last['content']).includes(' ')
  )
}

const sequence = (members: string, list: readonly Component[]): Component | null =>
  list.length > 0 ? { type: 'Sequence', [members]: list } : null

function regexesOf(components: readonly Component[]): string[] {
  return components.flatMap(({ pattern }) => {
    const regex = z.looseObject({ Regex: z.string() }).safeParse(pattern)
    return regex.success ? [regex.data.Regex] : []
  })
}

/** Rewrites normalizer and pre-tokenizer. @throws AppError `tokenizer_invalid` naming what has no exact form. */
export function canonical(json: TokenizerJson): Canonical {
  const normalizers = listOf(json.normalizer, 'normalizers', 'the normalizer').map(normalizer)
  const preTokenizers = listOf(json.pre_tokenizer, 'pretokenizers', 'the pre-tokenizer')
    .filter((component) => !findsNothing(component, normalizers.at(-1)))
    .flatMap(preTokenizer)
  return {
    json: {
      ...json,
      normalizer: sequence('normalizers', normalizers),
      pre_tokenizer: sequence('pretokenizers', preTokenizers),
    },
    preTokenizers,
    patterns: regexesOf([...normalizers, ...preTokenizers]),
  }
}
