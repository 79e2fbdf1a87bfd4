// The normalizers of tokenizer.json, each exactly as the Rust library `tokenizers` carries it out; what is not here is refused by name.
import { z } from 'zod'
import { expressionOf, type FileExpression, matchesOf, PatternSchema } from '../expressions/expressions.js'
import { standIns } from '../tokens/token-bytes.js'
import { bert, nmt } from './bert.js'
import { precompiled } from './charsmap.js'
import { type Component, listOf, parsed, refused } from './refused.js'
import { ACCENTS, WHOLE_IN_NFD, WHOLE_IN_NFKD } from './unicode-tables.js'
import { trimEnd, trimStart } from './white-space.js'

export type Normalizer = (text: string) => string

export interface Normalization {
  /** Null when text is used as it is. */
  readonly normalize: Normalizer | null
  readonly expressions: readonly FileExpression[]
}

/** Characters newer than the library's tables stay as they are. */
function unicodeForm(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD', whole: string): Normalizer {
  const known = new RegExp(`[^${whole}]+`, 'gu')
  const newer = new RegExp(`[${whole}]`, 'u')
  return (text) => (newer.test(text) ? text.replace(known, (part) => part.normalize(form)) : text.normalize(form))
}

/** Character by character: a sigma is not written differently at the end of a word. */
const lowercase: Normalizer = (text) => text.replaceAll('Σ', 'σ').toLowerCase()

const accents = new RegExp(`[${ACCENTS}]`, 'gu')

const StripSchema = z.looseObject({ strip_left: z.boolean(), strip_right: z.boolean() })
function strip(component: Component): Normalizer {
  const { strip_left, strip_right } = parsed(StripSchema, component, 'the Strip normalizer')
  return (text) => {
    const left = strip_left ? trimStart(text) : text
    return strip_right ? trimEnd(left) : left
  }
}

const ReplaceSchema = z.looseObject({ pattern: PatternSchema, content: z.string() })
/** The content is literal. */
function replace(component: Component, expressions: FileExpression[]): Normalizer {
  const { pattern, content } = parsed(ReplaceSchema, component, 'the Replace normalizer')
  if ('String' in pattern) return (text) => text.replaceAll(pattern.String, () => content)
  const expression = expressionOf(pattern)
  expressions.push({ written: pattern.Regex, expression })
  return (text) => {
    let written = ''
    let end = 0
    for (const [from, to] of matchesOf(expression, text)) {
      written += text.slice(end, from) + content
      end = to
    }
    return written + text.slice(end)
  }
}

function prepend(component: Component): Normalizer {
  const { prepend } = parsed(z.looseObject({ prepend: z.string() }), component, 'the Prepend normalizer')
  return (text) => (text === '' ? text : prepend + text)
}

const nfd = unicodeForm('NFD', WHOLE_IN_NFD)

function normalizerOf(component: Component, expressions: FileExpression[]): Normalizer {
  switch (component.type) {
    case 'NFC':
      return unicodeForm('NFC', WHOLE_IN_NFD)
    case 'NFD':
      return nfd
    case 'NFKC':
    case 'NFKD':
      return unicodeForm(component.type, WHOLE_IN_NFKD)
    case 'Lowercase':
      return lowercase
    case 'StripAccents':
      return (text) => text.replace(accents, '')
    case 'Strip':
      return strip(component)
    case 'Replace':
      return replace(component, expressions)
    case 'Prepend':
      return prepend(component)
    case 'ByteLevel':
      return standIns
    case 'BertNormalizer':
      return bert(component, { nfd, lowercase })
    case 'Nmt':
      return nmt
    case 'Precompiled':
      return precompiled(component)
    default:
      throw refused(`the normalizer ${component.type}`)
  }
}

/** @throws AppError `tokenizer_invalid` naming what has no exact form. */
export function normalizationOf(normalizer: unknown): Normalization {
  const expressions: FileExpression[] = []
  const steps = listOf(normalizer, 'normalizers', 'the normalizer').map((component) =>
    normalizerOf(component, expressions),
  )
  const normalize = (text: string): string => steps.reduce((before, step) => step(before), text)
  return { normalize: steps.length > 0 ? normalize : null, expressions }
}
