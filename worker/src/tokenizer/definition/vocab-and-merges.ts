// Tokenizers kept as vocab.json and merges.txt (the layout of GPT-2's slow tokenizer): written as the tokenizer.json that Hugging Face
// transformers would make of them. Only families whose words are known; the files themselves do not say how text is cut.
import { AppError } from '@mistudio/contracts'
import { QWEN_WORDS } from '../expressions/published-expressions.js'

interface Family {
  readonly normalizer: object | null
  readonly pre_tokenizer: (addPrefixSpace: boolean) => object
}

const bytes = (rest: object): object => ({ type: 'ByteLevel', trim_offsets: true, ...rest })
const GPT2: Family = {
  normalizer: null,
  pre_tokenizer: (addPrefixSpace) => bytes({ add_prefix_space: addPrefixSpace, use_regex: true }),
}
const QWEN: Family = {
  normalizer: { type: 'NFC' },
  pre_tokenizer: (addPrefixSpace) => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: QWEN_WORDS }, behavior: 'Isolated', invert: false },
      bytes({ add_prefix_space: addPrefixSpace, use_regex: false }),
    ],
  }),
}
const BY_CLASS: Readonly<Record<string, Family>> = {
  GPT2Tokenizer: GPT2,
  CodeGenTokenizer: GPT2,
  Qwen2Tokenizer: QWEN,
}
const BY_MODEL_TYPE: Readonly<Record<string, Family>> = {
  gpt2: GPT2,
  gpt_neo: GPT2,
  gptj: GPT2,
  codegen: GPT2,
  opt: GPT2,
  phi: GPT2,
  qwen2: QWEN,
  qwen3: QWEN,
}
/** The special token of these families where tokenizer_config.json names none. */
const END_OF_TEXT = '<|endoftext|>'

export interface VocabAndMerges {
  readonly vocab: Readonly<Record<string, unknown>>
  /** Text of merges.txt. */
  readonly merges: string
  /** added_tokens.json: id by text. */
  readonly added: Readonly<Record<string, number>>
  /** tokenizer_config.json. */
  readonly config: Readonly<Record<string, unknown>>
  /** config.json's `model_type`. */
  readonly modelType: string | null
  /** Texts of special tokens by role. */
  readonly specialTokens: Readonly<Record<string, string>>
}

function familyOf({ config, modelType }: VocabAndMerges, folder: string): Family {
  const named = config['tokenizer_class']
  const byClass = typeof named === 'string' ? BY_CLASS[named.replace(/Fast$/, '')] : BY_MODEL_TYPE[modelType ?? '']
  if (byClass) return byClass
  const what = typeof named === 'string' ? `tokenizer class ${named}` : `model type ${modelType ?? 'unknown'}`
  throw new AppError(
    'tokenizer_invalid',
    `${folder} has vocab.json and merges.txt, but for the ${what} they do not say how text is cut into words. Save the model with its fast tokenizer (tokenizer.json).`,
  )
}

/** Pairs in order of rank; the first line may be a version comment. */
const mergesOf = (text: string): string[] =>
  text.split('\n').flatMap((line, at) => {
    const merge = line.replace(/\r$/, '')
    return merge.trim() === '' || (at === 0 && merge.startsWith('#version')) ? [] : [merge]
  })

/** The added tokens as tokenizer.json lists them: those with details, those of added_tokens.json, special ones of the vocabulary. */
function addedTokens({ vocab, added, config, specialTokens }: VocabAndMerges): object[] {
  const roles = new Set([...Object.values(specialTokens), ...(specialTokens['eos_token'] ? [] : [END_OF_TEXT])])
  const tokens = new Map<number, object>()
  for (const content of roles) {
    const id = vocab[content]
    if (typeof id === 'number') tokens.set(id, { id, content, special: true, normalized: false })
  }
  for (const [content, id] of Object.entries(added))
    tokens.set(id, { id, content, special: roles.has(content), normalized: false })
  const detailed = config['added_tokens_decoder']
  if (typeof detailed === 'object' && detailed !== null)
    for (const [id, token] of Object.entries(detailed)) tokens.set(Number(id), { ...token, id: Number(id) })
  return [...tokens.entries()].sort(([a], [b]) => a - b).map(([, token]) => token)
}

/** The tokenizer.json of these files, not yet checked. @throws AppError `tokenizer_invalid` for other families. */
export function jsonOf(files: VocabAndMerges, folder: string): object {
  const { normalizer, pre_tokenizer } = familyOf(files, folder)
  return {
    added_tokens: addedTokens(files),
    normalizer,
    pre_tokenizer: pre_tokenizer(files.config['add_prefix_space'] === true),
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab: files.vocab, merges: mergesOf(files.merges), byte_fallback: false },
  }
}
