// tokenizer.json and tokenizer_config.json of small tokenizers of every family. What loads must encode and decode within its vocabulary.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { AppError } from '@mistudio/contracts'
import { openTokenizer } from '../../../worker/dist/tokenizer/index.js'
import { mutateBytes } from '../bytes.mjs'
import { mutateTree, textOf, treeOf } from '../json.mjs'

/** @typedef {import('../random.mjs').Random} Random */

const demo = JSON.parse(readFileSync(new URL('../../../demo/tiny-stories-1m/tokenizer.json', import.meta.url), 'utf8'))
const letters = [...'abcdefghijklmnopqrstuvwxyz']
const added = [
  { id: 0, content: '<s>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
]

/** The bundled tokenizer with its first 300 tokens and the merges that stay within them. */
function smallBpe() {
  const vocab = Object.fromEntries(Object.entries(demo.model.vocab).filter(([, id]) => Number(id) < 300))
  const merges = demo.model.merges.filter((/** @type {string | string[]} */ merge) => {
    const [one, two] = typeof merge === 'string' ? merge.split(' ') : merge
    return one in vocab && two in vocab && one + two in vocab
  })
  return { ...demo, model: { ...demo.model, vocab, merges } }
}

const SEEDS = [
  smallBpe(),
  {
    added_tokens: added,
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
      special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: true,
      fuse_unk: true,
      merges: [
        ['▁', 'a'],
        ['o', 'n'],
        ['c', 'e'],
        ['on', 'ce'],
      ],
      vocab: Object.fromEntries(
        [
          '<s>',
          '<unk>',
          ...Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`),
          '▁',
          ...letters,
          '▁a',
          'on',
          'ce',
          'once',
        ].map((token, id) => [token, id]),
      ),
    },
  },
  {
    added_tokens: added,
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
    model: {
      type: 'Unigram',
      unk_id: 1,
      vocab: [['<s>', 0], ['<unk>', -9], ['▁', -2], ...letters.map((l, i) => [l, -3 - i / 10])],
    },
  },
]
const CONFIG = { bos_token: '<s>', eos_token: { content: '<s>' }, add_bos_token: true, model_max_length: 512 }
const WORDS = [
  'BPE',
  'Unigram',
  'WordPiece',
  'WordLevel',
  'ByteLevel',
  'Metaspace',
  'Split',
  'Sequence',
  'NFC',
  'Lowercase',
  'TemplateProcessing',
  'ByteFallback',
  '<s>',
  'a',
  '(',
  '[a-z',
  '(a+)+$',
]
const TEXTS = [
  '',
  'once upon a time',
  ' Ünïcödé 👩‍👩‍👧 \u0000\n\t',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
  '<s> a b <s>',
]
const JSON_FILE = 'tokenizer.json'
const CONFIG_FILE = 'tokenizer_config.json'

export const tokenizers = {
  files: [JSON_FILE, CONFIG_FILE],

  /** @param {Random} random */
  make(random) {
    const tree = treeOf(random.pick(SEEDS))
    const config = treeOf(CONFIG)
    const files = () => ({ [JSON_FILE]: Buffer.from(textOf(tree)), [CONFIG_FILE]: Buffer.from(textOf(config)) })
    if (random.chance(0.05)) return { files: files(), names: ['harmless'], mustLoad: true }
    if (random.chance(0.2)) {
      const { bytes, names } = mutateBytes(files()[JSON_FILE], random)
      return { files: { ...files(), [JSON_FILE]: bytes }, names }
    }
    const names = mutateTree(random.chance(0.1) ? config : pruned(tree, random), random, WORDS)
    return { files: files(), names }
  },

  /** @param {string} folder */
  async read(folder) {
    const tokenizer = await openTokenizer(folder)
    assert.ok(
      Number.isSafeInteger(tokenizer.vocabSize) && tokenizer.vocabSize >= 0,
      `vocabulary of ${tokenizer.vocabSize}`,
    )
    for (const id of [tokenizer.bosTokenId, ...tokenizer.eosTokenIds])
      assert.ok(id === null || (id >= 0 && id < tokenizer.vocabSize), `special id ${id} of ${tokenizer.vocabSize}`)
    for (const text of TEXTS) {
      const ids = encode(tokenizer, text)
      if (!ids) continue
      for (const id of ids)
        assert.ok(Number.isInteger(id) && id >= 0 && id < tokenizer.vocabSize, `id ${id} of ${tokenizer.vocabSize}`)
      assert.equal(typeof tokenizer.decode(ids), 'string')
      assert.equal(tokenizer.spans(ids).length, ids.length)
    }
  },
}

/** Where mutations land: mostly outside the vocabulary, which is most of the tree but the least of the meaning. */
function pruned(/** @type {import('../json.mjs').Node} */ tree, /** @type {Random} */ random) {
  if (tree.kind !== 'object' || random.chance(0.3)) return tree
  const around = tree.pairs.filter(([key]) => key !== 'model')
  return random.chance(0.7) ? { kind: /** @type {const} */ ('object'), pairs: around } : tree
}

/** Ids, or null where the vocabulary cannot express the text and the tokenizer says so. */
function encode(
  /** @type {import('../../../worker/dist/tokenizer/index.js').Tokenizer} */ tokenizer,
  /** @type {string} */ text,
) {
  try {
    return tokenizer.encode(text, { addSpecialTokens: true })
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}
