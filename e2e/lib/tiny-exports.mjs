// Exports of golden models as folders and repositories for journeys.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEMO } from './work.mjs'

export const FIXTURES = join(DEMO, '..', 'fixtures')

/** A tokenizer of single characters (95 tokens), which fits the golden models. */
export const tokenizerJson = () => {
  const printable = Array.from({ length: 94 }, (_, i) => [String.fromCharCode(33 + i), i])
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  const model = { type: 'BPE', unk_token: '!', vocab: Object.fromEntries([...printable, ['Ġ', 94]]), merges: [] }
  return JSON.stringify({ version: '1.0', added_tokens: [], pre_tokenizer: level, decoder: level, model })
}

/** Files of a repository with the same model as safetensors and as two ONNX graphs. */
export const exportRepo = async () => {
  const read = (/** @type {string} */ path) => readFile(join(FIXTURES, path))
  return {
    'config.json': await read('models/gpt2/config.json'),
    'tokenizer.json': Buffer.from(tokenizerJson()),
    'model.safetensors': await read('models/gpt2/model.safetensors'),
    'onnx/model.onnx': await read('exports/gpt2/model.onnx'),
    'onnx/model_fused.onnx': await read('exports/gpt2_skip/model.onnx'),
  }
}
