// Regular expressions of tokenizer.json. Those of the published families are known to run in linear time on any text; any other one comes
// from the model's folder and may backtrack without end, so it is tried on difficult texts first and every use of it has a time limit.
import { AppError } from '@mistudio/contracts'
import { BudgetExceeded, within } from './budget.js'

/** GPT-2's words; the `ByteLevel` pre-tokenizer with `use_regex` (also GPT-Neo, GPT-J, NeoX, Pythia, OPT, Phi, OLMo). */
export const GPT2_WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
/** Llama 3. */
export const LLAMA3_WORDS = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/** Qwen 1 to 3 and StableLM 2: single digits. */
export const QWEN_WORDS = LLAMA3_WORDS.replace('{1,3}', '')
export const DIGITS = String.raw`\p{N}`
export const DIGIT_RUNS = String.raw`\p{N}+`
export const PUNCTUATION = String.raw`[\p{P}!-/:-@\[-\x60{-~]`
export const WORDS_AND_SYMBOLS = String.raw`\w+|[^\w\s]+`
export const WHITE_SPACE = String.raw`\s+`
/** A `▁` with what follows up to the next one. */
export const META_WORDS = '▁[^▁]*|[^▁]+'
export const NONSPACING_MARKS = String.raw`\p{Mn}`
/** The beginning of a text that does not begin with a space. */
export const UNSPACED_START = String.raw`\A(?! )`

const KNOWN: ReadonlySet<string> = new Set([
  GPT2_WORDS,
  LLAMA3_WORDS,
  QWEN_WORDS,
  DIGITS,
  DIGIT_RUNS,
  PUNCTUATION,
  `${PUNCTUATION}+`,
  WORDS_AND_SYMBOLS,
  WHITE_SPACE,
  META_WORDS,
  NONSPACING_MARKS,
  UNSPACED_START,
])

/** Longest expression accepted; the longest published one has some 500 characters. */
const MAX_PATTERN = 5000
const PROBE_MS = 2000
const PROBE_LENGTH = 2000

/** Long runs of one kind of character with an end that does not fit, which is where nested repetition shows. */
const DIFFICULT: readonly string[] = [
  'a',
  'A',
  'aA',
  ' ',
  '\n',
  ' \n',
  '1',
  '!',
  "'",
  'é',
  '中',
  'a ',
  'a1',
  '_-',
  '\t',
].flatMap((unit) => ['\u0000', 'b', '!', ' '].map((end) => unit.repeat(PROBE_LENGTH / unit.length) + end))

/** Those that are not known; @throws AppError `tokenizer_invalid` for one that is too long. */
export function unknownPatterns(patterns: readonly string[]): string[] {
  const long = patterns.find((pattern) => pattern.length > MAX_PATTERN)
  if (long !== undefined)
    throw new AppError(
      'tokenizer_invalid',
      `tokenizer.json has a regular expression of ${long.length} characters; at most ${MAX_PATTERN} are allowed.`,
    )
  return patterns.filter((pattern) => !KNOWN.has(pattern))
}

const tooSlow = (patterns: readonly string[], what: string, cause: unknown): AppError =>
  new AppError(
    'tokenizer_invalid',
    `A regular expression of tokenizer.json takes too long (${what}): ${patterns.map((pattern) => pattern.slice(0, 120)).join('   ')}. Repetition inside repetition is the usual reason.`,
    undefined,
    { cause },
  )

/** Tries an encoder that uses unknown expressions on difficult texts. @throws AppError `tokenizer_invalid` when it does not end soon. */
export function probePatterns(patterns: readonly string[], encode: (text: string) => unknown): void {
  try {
    within(PROBE_MS, () => DIFFICULT.map((text) => encode(text)))
  } catch (error) {
    if (error instanceof BudgetExceeded)
      throw tooSlow(patterns, `more than ${PROBE_MS / 1000} s for runs of ${PROBE_LENGTH} characters`, error)
    throw error
  }
}

/** Runs an encoding that uses unknown expressions within 5 s and 1 s for every 100,000 characters. */
export function encodeWithin<T>(patterns: readonly string[], length: number, work: () => T): T {
  const seconds = 5 + Math.ceil(length / 100_000)
  try {
    return within(1000 * seconds, work)
  } catch (error) {
    if (error instanceof BudgetExceeded)
      throw tooSlow(patterns, `more than ${seconds} s for a text of ${length} characters`, error)
    throw error
  }
}
