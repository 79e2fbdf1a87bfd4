// Guards: tokenizers of every supported family encode as their definition says, cut words as published, and come back exactly.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { LLAMA3_WORDS, QWEN_WORDS } from './expressions/published-expressions.js'
import { openTokenizer, ROUND_TRIP_TEXTS, roundTrip } from './index.js'
import { mergeByRank, referenceBpe } from './reference-bpe.js'

const DEMO = fileURLToPath(new URL('../../../demo/tiny-stories-1m/', import.meta.url))
const GOLDENS = fileURLToPath(new URL('../../../fixtures/tokenizers/goldens.json', import.meta.url))
const demo = JSON.parse(readFileSync(join(DEMO, 'tokenizer.json'), 'utf8')) as {
  model: { vocab: Record<string, number>; merges: (string | [string, string])[] }
}
const texts = Object.values(ROUND_TRIP_TEXTS)

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
function open(files: Record<string, unknown>) {
  const folder = mkdtempSync(join(tmpdir(), 'mistudio-family-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return openTokenizer(folder)
}
/** A byte-level tokenizer with the bundled model's merges and other parts. */
const byteLevel = (change: object, model: object = {}) =>
  open({ 'tokenizer.json': { ...demo, added_tokens: [], ...change, model: { ...demo.model, ...model } } })
const split = (Regex: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
})
const token = (id: number, content: string, more: object = {}) => ({ id, content, special: false, ...more })

/** The published patterns, written for JavaScript by hand: contractions in both cases, Unicode's white space. */
const contractions = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
const modern = (digits: string) =>
  new RegExp(
    `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\p{White_Space}\\p{L}\\p{N}]+[\\r\\n]*|\\p{White_Space}*[\\r\\n]+|\\p{White_Space}+(?!\\P{White_Space})|\\p{White_Space}+`,
    'gu',
  )

describe('byte-level families', () => {
  it.each([
    ['Llama 3', LLAMA3_WORDS, modern('\\p{N}{1,3}'), null],
    ['Qwen and StableLM', QWEN_WORDS, modern('\\p{N}'), { type: 'NFC' }],
  ])('%s', async (_name, pattern, words, normalizer) => {
    const tokenizer = await byteLevel({ pre_tokenizer: split(pattern), normalizer })
    const reference = referenceBpe(join(DEMO, 'tokenizer.json'), words)
    for (const text of texts)
      expect(tokenizer.encode(text)).toEqual(reference(normalizer ? text.normalize('NFC') : text))
    const changed = roundTrip(tokenizer).failed.map(({ name }) => name)
    expect(changed).toEqual(normalizer ? ['accents, combining'] : [])
  })

  it('NeoX, Pythia, OLMo: runs of spaces as added tokens, found after NFC, longest first', async () => {
    const size = Object.keys(demo.model.vocab).length
    const spaces = [2, 3, 4].map((n, i) => token(size + i, ' '.repeat(n), { normalized: true }))
    const tokenizer = await byteLevel({ normalizer: { type: 'NFC' }, added_tokens: spaces })
    const reference = referenceBpe(join(DEMO, 'tokenizer.json'))
    expect(tokenizer.encode('a   b      cé')).toEqual([
      ...reference('a'),
      size + 1,
      ...reference('b'),
      size + 2,
      size,
      ...reference('cé'),
    ])
    for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.normalize('NFC'))
  })

  it('takes the whole word where the model says so (ignore_merges), and white space that a token claims', async () => {
    const size = Object.keys(demo.model.vocab).length
    const vocab = { ...demo.model.vocab, Ġunmergeable: size }
    const added_tokens = [token(size + 1, '<|end|>', { special: true, rstrip: true, lstrip: true })]
    const files = { pre_tokenizer: split(LLAMA3_WORDS), added_tokens }
    const whole = await byteLevel(files, { vocab, ignore_merges: true })
    const merged = await byteLevel(files, { vocab })
    const reference = referenceBpe(join(DEMO, 'tokenizer.json'), modern('\\p{N}{1,3}'))
    expect(whole.encode(' unmergeable')).toEqual([size])
    expect(merged.encode(' unmergeable')).toEqual(reference(' unmergeable'))
    expect(whole.encode('a \n<|end|>  b')).toEqual([...reference('a'), size + 1, ...reference('b')])
  })

  it('puts a space before a text that has none (add_prefix_space), once for each part between added tokens', async () => {
    const added_tokens = [token(0, '<|endoftext|>', { special: true })]
    const pre_tokenizer = { type: 'ByteLevel', add_prefix_space: true, use_regex: true }
    const tokenizer = await byteLevel({ pre_tokenizer, added_tokens })
    const reference = referenceBpe(join(DEMO, 'tokenizer.json'))
    expect(tokenizer.encode('Once upon<|endoftext|>a')).toEqual([...reference(' Once upon'), 0, ...reference(' a')])
    expect(tokenizer.encode(' Once')).toEqual(reference(' Once'))
  })

  it.each([
    ['GPT2Tokenizer', {}],
    ['CodeGenTokenizerFast', { tokenizer_class: 'CodeGenTokenizerFast' }],
  ])('reads vocab.json and merges.txt of a %s', async (_name, config) => {
    const lines = demo.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')))
    const tokenizer = await open({
      'vocab.json': demo.model.vocab,
      'merges.txt': `#version: 0.2\n${lines.join('\n')}\n`,
      'tokenizer_config.json': config,
      'config.json': { model_type: 'gpt2' },
    })
    const bundled = await openTokenizer(DEMO)
    for (const text of texts) expect(tokenizer.encode(text)).toEqual(bundled.encode(text))
    expect(tokenizer.encode('<|endoftext|>')).toEqual([0])
    expect(tokenizer.isSpecial(0)).toBe(true)
  })

  it('refuses vocab.json and merges.txt of a family whose words they do not tell', async () => {
    const files = { 'vocab.json': demo.model.vocab, 'merges.txt': '', 'config.json': { model_type: 'falcon' } }
    await expect(open(files)).rejects.toMatchObject({
      code: 'tokenizer_invalid',
      message: expect.stringContaining('falcon'),
    })
  })
})

const BYTES = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
const MERGES = [
  't h',
  'th e',
  '▁ the',
  '▁ a',
  '▁ ▁',
  '▁▁ ▁▁',
  'o n',
  'i n',
  'e r',
  '▁ q',
  '▁q u',
  'r e',
  '▁▁ ▁',
  'n d',
  '▁a nd',
]
const SP_VOCAB = (() => {
  const letters = [...'▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,'].concat(
    MERGES.map((merge) => merge.replace(' ', '')),
  )
  return Object.fromEntries(['<pad>', '<s>', '</s>', ...BYTES, ...letters].map((text, id) => [text, id]))
})()
const sentencePiece = (change: object, merges: readonly string[] = MERGES) =>
  open({
    'tokenizer.json': {
      added_tokens: ['<pad>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true, normalized: false })),
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
        ],
      },
      model: { type: 'BPE', vocab: SP_VOCAB, merges, byte_fallback: true, fuse_unk: true, unk_token: '<pad>' },
      ...change,
    },
  })
/** SentencePiece BPE by its definition, on a whole text: merge characters by rank, write unknown ones as bytes. */
function sentencePieceReference(text: string, merges: readonly string[] = MERGES): number[] {
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]))
  return mergeByRank([...text], ranks).flatMap((part) =>
    part in SP_VOCAB ? [SP_VOCAB[part]!] : [...Buffer.from(part)].map((byte) => SP_VOCAB[BYTES[byte]!]!),
  )
}
const spaced = (text: string) => text.replaceAll(' ', '▁')
const replaceSpaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' }
const plain = Object.entries(ROUND_TRIP_TEXTS).flatMap(([name, text]) =>
  /special|SentencePiece/.test(name) ? [] : [text],
)

describe('SentencePiece families', () => {
  it('Gemma: no space in front, a pre-tokenizer that never finds one', async () => {
    const pre_tokenizer = { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false }
    const tokenizer = await sentencePiece({ normalizer: replaceSpaces, pre_tokenizer })
    for (const text of plain) {
      expect(tokenizer.encode(text)).toEqual(sentencePieceReference(spaced(text)))
      const ids = tokenizer.encode(text)
      expect(tokenizer.decode(ids)).toBe(text)
      const stream = tokenizer.streamDecoder()
      const pieces = [...ids.map((id) => stream.push(id)), stream.end()]
      expect(pieces.join('')).toBe(text)
      expect(pieces.every((piece) => !/\p{Surrogate}/u.test(piece) && !piece.includes('\uFFFD'))).toBe(true)
    }
  })

  it('Llama 2, Mistral, Phi-3: a space in front of every part (normalizers), also beside added tokens', async () => {
    const normalizer = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, replaceSpaces] }
    const tokenizer = await sentencePiece({ normalizer })
    for (const text of plain) expect(tokenizer.encode(text)).toEqual(sentencePieceReference(`▁${spaced(text)}`))
    expect(tokenizer.encode('<s>the end</s>')).toEqual([1, ...sentencePieceReference('▁the▁end'), 2])
  })

  it.each([
    ['first', ['▁the', 'and']],
    ['always', ['▁the', '▁and']],
    ['never', ['the', 'and']],
  ])('Metaspace with prepend_scheme %s', async (prepend_scheme, [before, after]) => {
    const pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme, split: false }
    const tokenizer = await sentencePiece({ pre_tokenizer, normalizer: null })
    expect(tokenizer.encode('the<s>and')).toEqual([
      ...sentencePieceReference(before!),
      1,
      ...sentencePieceReference(after!),
    ])
  })

  it('gives the same ids when merges cross words, where texts cannot be cut', async () => {
    const crossing = [...MERGES, 'd ▁the', 'e ▁', 'e▁ q']
    for (const merge of crossing.slice(-3)) SP_VOCAB[merge.replace(' ', '')] ??= Object.keys(SP_VOCAB).length
    const tokenizer = await sentencePiece({ normalizer: replaceSpaces }, crossing)
    for (const text of [...plain, 'and the queen and the  the'])
      expect(tokenizer.encode(text)).toEqual(sentencePieceReference(spaced(text), crossing))
  })

  it('Unigram: the likeliest segmentation', async () => {
    const vocab = Object.entries({ '<unk>': 0, '▁': -3, '▁he': -2, l: -4, lo: -2.5, llo: -6, o: -4, he: -3 })
    const tokenizer = await open({
      'tokenizer.json': {
        pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
        decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
        model: { type: 'Unigram', unk_id: 0, vocab },
      },
    })
    // ▁he l lo: -8.5 is more than ▁he llo -8 is less: the sum decides.
    expect(tokenizer.encode('hello').map((id) => vocab[id]![0])).toEqual(['▁he', 'llo'])
    expect(tokenizer.encode('hello lo').map((id) => vocab[id]![0])).toEqual(['▁he', 'llo', '▁', 'lo'])
    expect(tokenizer.decode(tokenizer.encode('hello lo'))).toBe('hello lo')
  })
})

it('Precompiled: graphemes are found wherever they lie in a long text', async () => {
  const { cases, bases } = JSON.parse(readFileSync(GOLDENS, 'utf8')) as {
    cases: { name: string; changes: object }[]
    bases: { unigram: object }
  }
  const changes = cases.find(({ name }) => name === 'Precompiled')!.changes
  const tokenizer = await open({ 'tokenizer.json': { ...bases.unigram, ...changes, pre_tokenizer: null } })
  // A lone part, whose accents take no place of their own, beside the same behind so much that windows end everywhere in it.
  const part = 'e\u0301あ가👍🏽e\u0301\u0301\u0301あ'
  const whole = tokenizer.decode(tokenizer.encode(part.repeat(200)))
  expect(whole).toBe(tokenizer.decode(tokenizer.encode(part)).repeat(200))
  const pile = `e${'\u0301'.repeat(2000)}`
  expect(tokenizer.decode(tokenizer.encode(`あ${pile}あ`))).toBe(`${'a'}${tokenizer.decode(tokenizer.encode(pile))}a`)
})

describe('guards', () => {
  const refuses = (change: object, text: string, model: object = {}) =>
    expect(byteLevel(change, model)).rejects.toMatchObject({
      code: 'tokenizer_invalid',
      message: expect.stringContaining(text),
    })

  it('refuses by name what has no exact form', async () => {
    await refuses({ normalizer: { type: 'Precompiled', precompiled_charsmap: '' } }, 'Precompiled')
    await refuses({ normalizer: { type: 'Precompiled', precompiled_charsmap: '/////wAAAAA=' } }, 'character map')
    await refuses({ pre_tokenizer: { type: 'UnicodeScripts' } }, 'UnicodeScripts')
    await refuses({}, 'end_of_word_suffix', { end_of_word_suffix: '</w>' })
    await refuses({}, 'dropout', { dropout: 0.1 })
    await refuses({ added_tokens: [token(2 ** 31, 'x')] }, String(2 ** 31))
    await refuses({}, '-1', { vocab: { a: -1 } })
  })

  it('refuses an expression that backtracks without end, and takes an unknown one that does not', async () => {
    await refuses({ pre_tokenizer: split('(?:a+)+b|[\\s\\S]') }, 'takes too long')
    const custom = await byteLevel({ pre_tokenizer: split('[a-z]+|[\\s\\S]') })
    const reference = referenceBpe(join(DEMO, 'tokenizer.json'), /[a-z]+|[\s\S]/gu)
    for (const text of texts) expect(custom.encode(text)).toEqual(reference(text))
  })
})
