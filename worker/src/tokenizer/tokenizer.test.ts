import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTokenizer, type Tokenizer } from './index.js'
import { referenceBpe } from './reference-bpe.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const DEMO = join(ROOT, 'demo/tiny-stories-1m')
const tricky = JSON.parse(readFileSync(join(ROOT, 'fixtures/text/unicode.json'), 'utf8')) as string[]
const stories = readFileSync(join(ROOT, 'demo/stories.jsonl'), 'utf8')
  .split('\n', 300)
  .map((line) => (JSON.parse(line) as { text: string }).text)

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
function folderWith(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mistudio-tokenizer-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return folder
}

describe('byte-level BPE (the bundled model)', () => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(DEMO)
  })

  it('knows its vocabulary and special tokens', () => {
    const { kind, vocabSize, bosTokenId, eosTokenIds } = tokenizer
    expect({ kind, vocabSize, bosTokenId, eosTokenIds }).toEqual({
      kind: 'byte-level BPE',
      vocabSize: 2048,
      bosTokenId: 0,
      eosTokenIds: [0],
    })
    expect([tokenizer.isSpecial(0), tokenizer.isSpecial(1)]).toEqual([true, false])
  })

  it('encodes like the definition of BPE, twice the same (words are remembered)', () => {
    const reference = referenceBpe(join(DEMO, 'tokenizer.json'))
    for (const text of [...tricky, ...stories.slice(0, 60), ...tricky])
      expect(tokenizer.encode(text)).toEqual(reference(text))
  })

  it('gives back every text exactly, as a whole, by spans and as a stream', () => {
    for (const text of [...tricky, ...stories]) {
      const ids = tokenizer.encode(text)
      expect(tokenizer.decode(ids)).toBe(text)
      const stream = tokenizer.streamDecoder()
      expect(ids.map((id) => stream.push(id)).join('') + stream.end()).toBe(text)
      expect(tokenizer.spans(ids).some((span) => span.text.includes('\uFFFD'))).toBe(false)
    }
  })

  it('puts a character at the token that completes it, and shows bytes that belong to none', () => {
    const ids = tokenizer.encode('a😀b')
    expect(tokenizer.spans(ids).map((span) => span.text)).toEqual(['a', '', '', '', '😀', 'b'])
    expect(tokenizer.spans(ids.slice(0, 4)).map((span) => span.text)).toEqual(['a', '', '', '<0xF0><0x9F><0x98>'])
    expect(tokenizer.spans(ids.slice(2)).map((span) => span.text)).toEqual(['<0x9F>', '<0x98>', '<0x80>', 'b'])
    expect(tokenizer.display(ids[1]!)).toBe('<0xF0>')
    expect(tokenizer.display(tokenizer.encode(' the')[0]!)).toBe(' the')
    expect(tokenizer.display(tokenizer.encode('\n')[0]!)).toBe('\n')
  })

  it('treats the text of a special token as that token, and shows it', () => {
    const ids = tokenizer.encode('end<|endoftext|> Once')
    expect(ids.filter((id) => id === 0).length).toBe(1)
    expect(tokenizer.spans(ids).find((span) => span.id === 0)?.text).toBe('<|endoftext|>')
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe('end Once')
    expect(tokenizer.display(5000)).toBe('<token 5000>')
  })
})

describe('SentencePiece BPE', () => {
  const letters = ['▁', 'a', 'b', '▁a', 'ab', '▁ab', 'b▁', '.']
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
  const vocab = Object.fromEntries(['<unk>', '<s>', '</s>', ...bytes, ...letters].map((token, id) => [token, id]))
  const special = (id: number, content: string) => ({
    id,
    content,
    special: true,
    normalized: false,
    lstrip: false,
    rstrip: false,
    single_word: false,
  })
  const json = {
    added_tokens: [special(0, '<unk>'), special(1, '<s>'), special(2, '</s>')],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      vocab,
      merges: ['a b', '▁ ab', '▁ a'],
      byte_fallback: true,
      fuse_unk: true,
      unk_token: '<unk>',
    },
  }
  const config = { bos_token: { content: '<s>' }, eos_token: '</s>' }
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(folderWith({ 'tokenizer.json': json, 'tokenizer_config.json': config }))
  })

  it('encodes with merges and byte fallback, by hand', () => {
    const id = (token: string) => vocab[token]!
    expect(tokenizer.encode('ab a')).toEqual(['▁ab', '▁a'].map(id))
    expect(tokenizer.encode('é')).toEqual(['▁', '<0xC3>', '<0xA9>'].map(id))
    expect(tokenizer.encode('ab', { addSpecialTokens: true })).toEqual(['<s>', '▁ab'].map(id))
    expect([tokenizer.bosTokenId, tokenizer.eosTokenIds, tokenizer.vocabSize]).toEqual([1, [2], 267])
  })

  it('gives back every text; spans keep the space that the tokenizer adds', () => {
    for (const text of tricky.filter((text) => !text.includes('▁')))
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    expect(tokenizer.spans(tokenizer.encode('ab é')).map((span) => span.text)).toEqual([' ab', ' ', '', 'é'])
  })
})

describe('refusals', () => {
  const refused = async (folder: string, text: string) => {
    const error: unknown = await openTokenizer(folder).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).code).toBe('tokenizer_invalid')
    expect((error as AppError).message).toContain(text)
    expect((error as AppError).message.length).toBeLessThan(1000)
  }

  it('says what is wrong with a folder', async () => {
    await refused(folderWith({}), 'tokenizer.json')
    await refused(folderWith({ 'tokenizer.json': '{"model":' }), 'not valid JSON')
    await refused(
      folderWith({ 'tokenizer.json': { added_tokens: [{ id: -1, content: 'x' }], model: {} } }),
      'added_tokens',
    )
    const list = new Array(100_000).fill(1)
    await refused(
      folderWith({ 'tokenizer.json': { model: { type: 'BPE', vocab: { a: list }, merges: [] } } }),
      'the vocabulary has the id [1,1,1',
    )
    await refused(
      folderWith({
        'tokenizer.json': { model: { type: 'BPE', vocab: { a: 0 }, merges: [] }, decoder: { type: 'Nonsense' } },
      }),
      'Nonsense',
    )
    await refused(
      folderWith({
        'tokenizer.json': {
          model: { type: 'WordPiece', vocab: { a: 0 }, unk_token: 'a' },
          decoder: { type: 'WordPiece', prefix: '##' },
        },
      }),
      'WordPiece',
    )
  })
})
