// What a folder holds, as the file picker shows it.
import type { Dirent } from 'node:fs'
import { access, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, type FileEntry } from '@mistudio/contracts'
import type { Allowed } from '../common/confine.js'

const MAX_ENTRIES = 5000
const DATASET = /\.(jsonl|ndjson|json|csv|tsv|txt|parquet)(\.gz)?$/i
/** Small JSON files that belong to a model, not to a dataset. */
const MODEL_FILES = /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|vocab|.*\.index)\.json$/i

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** Weights by which the layouts of SAEs are known. */
const SAE_FILES = ['sae_weights.safetensors', 'sae.safetensors', 'params.npz', 'hyperparams.json']

async function looksLike(folder: string): Promise<FileEntry['looksLike']> {
  if (await exists(path.join(folder, 'config.json'))) return 'model'
  const found = await Promise.all(SAE_FILES.map((name) => exists(path.join(folder, name))))
  return found.some(Boolean) ? 'sae' : null
}

async function describe(folder: string, entry: Dirent, allowed: Allowed): Promise<FileEntry | null> {
  const full = path.join(folder, entry.name)
  // What may not be opened is not shown: a link would tell what lies where it leads.
  const real = await realpath(full).catch(() => null)
  if (real === null || !(await allowed.allows(real))) return null
  const found = await stat(full).catch(() => null)
  if (found?.isDirectory()) {
    return {
      name: entry.name,
      path: full,
      kind: 'folder',
      size: null,
      looksLike: await looksLike(full),
    }
  }
  if (!found?.isFile()) return null
  // A file without a byte holds no text.
  const holdsText = found.size > 0 && DATASET.test(entry.name) && !MODEL_FILES.test(entry.name)
  return { name: entry.name, path: full, kind: 'file', size: found.size, looksLike: holdsText ? 'dataset' : null }
}

/** Entries of a folder, folders first, hidden ones and what is neither file nor folder left out; so is what may not be read. */
export async function listFolder(folder: string, allowed: Allowed): Promise<FileEntry[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOTDIR') throw new AppError('bad_request', `"${folder}" is a file, not a folder.`)
    throw new AppError('file_not_found', `"${folder}" cannot be read by the server (${cause.code}).`, undefined, {
      cause,
    })
  })
  const visible = found.filter((entry) => !entry.name.startsWith('.')).slice(0, MAX_ENTRIES)
  const entries = await Promise.all(visible.map((entry) => describe(folder, entry, allowed)))
  return entries
    .filter((entry): entry is FileEntry => entry !== null)
    .sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'folder' ? -1 : 1))
}
