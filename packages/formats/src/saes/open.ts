// Opens an SAE folder of any layout we read, telling layouts apart by their files.
import { basename, join } from 'node:path'
import { FormatError } from '../errors.js'
import { readJsonFile } from '../files/json.js'
import { listFolder } from '../files/open.js'
import { NpzFile } from '../npz/reader.js'
import { readSaeLensFolder, SAELENS_CFG, SAELENS_WEIGHTS } from '../saelens/saelens.js'
import { SafetensorsFile } from '../safetensors/reader.js'
import { GEMMA_SCOPE_WEIGHTS, readGemmaScope } from './gemma-scope.js'
import type { OpenedSae } from './layout.js'
import { LLAMA_SCOPE_CFG, LLAMA_SCOPE_WEIGHTS, readLlamaScope } from './llama-scope.js'
import { saePickleRefusal } from './pickles.js'
import { readSparsify, SPARSIFY_WEIGHTS } from './sparsify.js'

const MAX_CFG_BYTES = 2 ** 20

/**
 * Opens a folder of SAELens, sparsify, Llama Scope or Gemma Scope; only headers are read here. `place`: the path that the folder had
 * where it came from, for layouts whose path says what they read; default: the folder.
 * Errors: `sae_layout_unknown`, `sae_layout_invalid`, `sae_layout_unsupported`, `pickle_refused`, those of the file formats.
 */
export async function openSaeFolder(folder: string, place = folder): Promise<OpenedSae> {
  const names = await listFolder(folder)
  if (names.includes(SAELENS_WEIGHTS)) {
    const { cfg, weights } = await readSaeLensFolder(folder)
    return { layout: 'saelens', cfg, weights }
  }
  if (names.includes(SPARSIFY_WEIGHTS)) {
    const json = await readJsonFile(join(folder, SAELENS_CFG), MAX_CFG_BYTES)
    return readSparsify(place, json, await SafetensorsFile.open(join(folder, SPARSIFY_WEIGHTS)))
  }
  if (names.includes(LLAMA_SCOPE_CFG)) {
    const json = await readJsonFile(join(folder, LLAMA_SCOPE_CFG), MAX_CFG_BYTES)
    // Chosen as single files, the weights lie beside the configuration.
    const weights = names.includes(basename(LLAMA_SCOPE_WEIGHTS)) ? basename(LLAMA_SCOPE_WEIGHTS) : LLAMA_SCOPE_WEIGHTS
    return readLlamaScope(folder, json, await SafetensorsFile.open(join(folder, weights)))
  }
  if (names.includes(GEMMA_SCOPE_WEIGHTS)) {
    return readGemmaScope(place, await NpzFile.open(join(folder, GEMMA_SCOPE_WEIGHTS)))
  }
  const pickle = saePickleRefusal(folder, names)
  if (pickle) throw pickle
  throw new FormatError('sae_layout_unknown', 'This folder holds no SAE that can be read', {
    file: folder,
    hint: `Expected ${SAELENS_WEIGHTS} (SAELens), ${SPARSIFY_WEIGHTS} (sparsify), ${LLAMA_SCOPE_CFG} (Llama Scope) or ${GEMMA_SCOPE_WEIGHTS} (Gemma Scope).`,
  })
}
