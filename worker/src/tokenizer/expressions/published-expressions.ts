// Regular expressions of published tokenizers. A test counts that their work grows with the text and no faster, so they need no time limit.

/** GPT-2's words; the `ByteLevel` pre-tokenizer with `use_regex` (also GPT-Neo, GPT-J, NeoX, Pythia, OPT, Phi, OLMo). */
export const GPT2_WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
/** Llama 3. */
export const LLAMA3_WORDS = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/** Qwen 1 to 3 and StableLM 2: single digits. */
export const QWEN_WORDS = LLAMA3_WORDS.replace('{1,3}', '')
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
const CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
const cased = (ending: string, digits: string): string =>
  String.raw`[^\r\n\p{L}\p{N}]?${UPPER}*${LOWER}+${ending}|[^\r\n\p{L}\p{N}]?${UPPER}+${LOWER}*${ending}|${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/** o200k: Phi-4-mini, gpt-oss and others. */
const O200K_WORDS = cased(CONTRACTION, String.raw`\p{N}{1,3}`)
/** tekken: Mistral NeMo and later. */
const TEKKEN_WORDS = cased('', String.raw`\p{N}`)
/** DeepSeek V2 and V3, the part after digits and Chinese. */
const DEEPSEEK_WORDS =
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
/** BLOOM. */
const BLOOM_WORDS = ' ?[^(\\s|[.,!?…。，、।۔،])]+'

export const PUBLISHED: readonly string[] = [
  GPT2_WORDS,
  LLAMA3_WORDS,
  QWEN_WORDS,
  O200K_WORDS,
  TEKKEN_WORDS,
  DEEPSEEK_WORDS,
  BLOOM_WORDS,
]
