// The normalizers BertNormalizer and Nmt of tokenizer.json, by the Rust library's definitions. Its classes are measured (unicode-tables.ts).
import { z } from 'zod'
import { type Component, parsed } from './refused.js'
import { BERT_ACCENTS, BERT_REMOVED } from './unicode-tables.js'

type Normalizer = (text: string) => string

const OptionsSchema = z.looseObject({
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  /** As `lowercase` where the file says nothing. */
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean(),
})

const removed = new RegExp(`[${BERT_REMOVED}]`, 'gu')
const accents = new RegExp(`[${BERT_ACCENTS}]`, 'gu')
const WHITE_SPACE = /\p{White_Space}/gu
/** Characters of the blocks of Chinese characters that BERT knew. */
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu

export function bert(component: Component, steps: { nfd: Normalizer; lowercase: Normalizer }): Normalizer {
  const options = parsed(OptionsSchema, component, 'the BertNormalizer')
  const { clean_text, handle_chinese_chars, lowercase } = options
  const strip = options.strip_accents ?? lowercase
  return (text) => {
    const clean = clean_text ? text.replace(removed, '').replace(WHITE_SPACE, ' ') : text
    const apart = handle_chinese_chars ? clean.replace(CHINESE, ' $& ') : clean
    const bare = strip ? steps.nfd(apart).replace(accents, '') : apart
    return lowercase ? steps.lowercase(bare) : bare
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes.
const NMT_REMOVED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g
const NMT_SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g

/** Control characters fall away, other kinds of space become spaces. */
export const nmt: Normalizer = (text) => text.replace(NMT_REMOVED, '').replace(NMT_SPACES, ' ')
