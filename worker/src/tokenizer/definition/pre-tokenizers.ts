// The pre-tokenizers of tokenizer.json, each exactly as the Rust library `tokenizers` carries it out; what is not here is refused by name.
// They cut a text into words; the model then reads every word by itself.
import { z } from 'zod'
import { expressionOf, type FileExpression, PatternSchema } from '../expressions/expressions.js'
import { GPT2_WORDS } from '../expressions/published-expressions.js'
import { standIns } from '../tokens/token-bytes.js'
import { type Component, listOf, parsed, refused } from './refused.js'
import { type Behavior, BehaviorSchema, splitAt } from './splits.js'
import { PUNCTUATION } from './unicode-tables.js'

/** Cuts a part of a text; `first`: it begins the text. An empty first piece stands for a beginning that was removed. */
type Step = (part: string, first: boolean) => readonly string[]
/** Cuts a normalized section of a text into words; `first`: it begins the text. */
export type Cut = (section: string, first: boolean) => readonly string[]

export interface PreTokenization {
  readonly cut: Cut
  /** What the model is given for a word. */
  readonly written: (word: string) => string
  /** Expressions of the file, not those that are part of a pre-tokenizer. */
  readonly expressions: readonly FileExpression[]
}

const GPT2 = splitAt(expressionOf({ Regex: GPT2_WORDS }), 'Isolated')
const WHITE_SPACE = splitAt(/\p{White_Space}/gu, 'Removed')
/** Letters, marks, digits and joiners, as `\w` of the Rust library's own expressions. */
const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`
const WORDS_AND_SYMBOLS = splitAt(new RegExp(`[${WORD}]+|[^${WORD}\\p{White_Space}]+`, 'gu'), 'Removed', true)
const punctuationAt = (behavior: Behavior) => splitAt(new RegExp(`[${PUNCTUATION}]`, 'gu'), behavior)

/** A space before what has none, then GPT-2's words. Bytes are written afterwards. */
function byteLevel(component: Component): Step {
  const prefixed = component['add_prefix_space'] === true
  const words = component['use_regex'] !== false
  return (part) => {
    const text = prefixed && !part.startsWith(' ') ? ` ${part}` : part
    return words ? GPT2(text) : [text]
  }
}

const MetaspaceSchema = z.looseObject({
  replacement: z.string().default('▁'),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  /** Of files from before `prepend_scheme`. */
  add_prefix_space: z.boolean().optional(),
  split: z.boolean().default(true),
})
function metaspace(component: Component): Step {
  const options = parsed(MetaspaceSchema, component, 'the Metaspace pre-tokenizer')
  const { replacement, split, prepend_scheme, add_prefix_space } = options
  const scheme = prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always')
  const words = splitAt(expressionOf({ String: replacement }), 'MergedWithNext')
  return (part, first) => {
    const spaced = part.replaceAll(' ', () => replacement)
    const bare = !spaced.startsWith(replacement) && (scheme === 'always' || (scheme === 'first' && first))
    const text = bare ? replacement + spaced : spaced
    return split ? words(text) : [text]
  }
}

const SplitSchema = z.looseObject({
  pattern: PatternSchema,
  behavior: BehaviorSchema,
  invert: z.boolean().default(false),
})
function split(component: Component, expressions: FileExpression[]): Step {
  const { pattern, behavior, invert } = parsed(SplitSchema, component, 'the Split pre-tokenizer')
  const expression = expressionOf(pattern)
  if ('Regex' in pattern) expressions.push({ written: pattern.Regex, expression })
  return splitAt(expression, behavior, invert)
}

function fixedLength(component: Component): Step {
  const { length } = parsed(
    z.looseObject({ length: z.int().min(1).default(5) }),
    component,
    'the FixedLength pre-tokenizer',
  )
  return splitAt(new RegExp(`[\\s\\S]{1,${length}}`, 'gu'), 'Isolated')
}

function stepOf(component: Component, expressions: FileExpression[]): Step {
  const { type } = component
  switch (type) {
    case 'ByteLevel':
      return byteLevel(component)
    case 'Metaspace':
      return metaspace(component)
    case 'Split':
      return split(component, expressions)
    case 'Digits':
      return splitAt(/\p{N}/gu, component['individual_digits'] === true ? 'Isolated' : 'Contiguous')
    case 'Punctuation':
      return punctuationAt(
        parsed(BehaviorSchema.default('Isolated'), component['behavior'], `the ${type} pre-tokenizer`),
      )
    case 'Whitespace':
      return WORDS_AND_SYMBOLS
    case 'WhitespaceSplit':
      return WHITE_SPACE
    case 'BertPreTokenizer':
      return inTurn([WHITE_SPACE, punctuationAt('Isolated')])
    case 'CharDelimiterSplit': {
      const { delimiter } = parsed(
        z.looseObject({ delimiter: z.string().min(1) }),
        component,
        `the ${type} pre-tokenizer`,
      )
      return splitAt(expressionOf({ String: delimiter }), 'Removed')
    }
    case 'FixedLength':
      return fixedLength(component)
    default:
      throw refused(`the pre-tokenizer ${type}`)
  }
}

/** Steps one after another, each on every piece of the one before. */
function inTurn(steps: readonly Step[]): Step {
  const [only, ...more] = steps
  if (only && more.length === 0) return only
  return (part, first) =>
    steps.reduce<readonly string[]>(
      (pieces, step) =>
        pieces.flatMap((piece, i) => (piece === '' ? (i === 0 ? [''] : []) : step(piece, first && i === 0))),
      [part],
    )
}

const bytesOf: Step = (part) => [standIns(part)]

/** @throws AppError `tokenizer_invalid` naming what has no exact form. */
export function preTokenizationOf(preTokenizer: unknown): PreTokenization {
  const components = listOf(preTokenizer, 'pretokenizers', 'the pre-tokenizer')
  const expressions: FileExpression[] = []
  const steps = components.flatMap((component, i) => {
    const step = stepOf(component, expressions)
    // The last ByteLevel leaves its words readable: they are remembered as text.
    return component.type === 'ByteLevel' && i < components.length - 1 ? [step, bytesOf] : [step]
  })
  const words = inTurn(steps)
  return {
    cut: (section, first) => words(section, first).filter((word) => word !== ''),
    written: components.at(-1)?.type === 'ByteLevel' ? standIns : (word) => word,
    expressions,
  }
}
