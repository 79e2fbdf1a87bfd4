// Golden models made fit to read text, for benchmarks: a tokenizer of single characters, and a row of a matrix made longer.
import { readFile, writeFile } from 'node:fs/promises'

/** Ids that are no characters: padding, BOS, EOS, unknown. */
const SPECIAL = ['<pad>', '<s>', '</s>', '<unk>']
const CHARACTERS = ` etaoinshrdlucmfwypvbgkqjxzETAOINSHRDLUCMFWYPVBGKQJXZ.,"'!?-:;0123456789()\n`

/**
 * Files of a tokenizer with one id per character, the commonest of English first, as many as the vocabulary holds.
 * @param {number} vocabSize @param {number} bos
 */
export function characterTokenizer(vocabSize, bos) {
  const special = SPECIAL.map((token, id) => (id === bos ? '<s>' : token === '<s>' ? SPECIAL[bos] : token))
  // The alphabet of byte-level BPE writes a space and a line end as these.
  const characters = [...CHARACTERS].map((character) => ({ ' ': 'Ġ', '\n': 'Ċ' })[character] ?? character)
  const tokens = [...special, ...characters].slice(0, vocabSize)
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]))
  const added = special.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: 'BPE', vocab, merges: [], unk_token: '<unk>', fuse_unk: false, byte_fallback: false },
  }
  const config = { tokenizer_class: 'PreTrainedTokenizerFast', bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }
  return { 'tokenizer.json': JSON.stringify(tokenizer), 'tokenizer_config.json': JSON.stringify(config) }
}

/**
 * Multiplies a row of a float32 matrix in a safetensors file.
 * @param {string} path @param {string} tensor @param {number} row @param {number} factor
 */
export async function withLongRow(path, tensor, row, factor) {
  const bytes = await readFile(path)
  const headerBytes = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString('utf8'))
  const { dtype, shape, data_offsets: offsets } = header[tensor] ?? {}
  if (dtype !== 'F32') throw new Error(`${path} has no float32 ${tensor}.`)
  const start = 8 + headerBytes + offsets[0] + row * shape[1] * 4
  for (let i = 0; i < shape[1]; i++) bytes.writeFloatLE(bytes.readFloatLE(start + 4 * i) * factor, start + 4 * i)
  await writeFile(path, bytes)
}
