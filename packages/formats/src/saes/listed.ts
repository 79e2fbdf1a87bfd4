// SAE folders in a list of file names, as a repository gives it: told apart by the same files as folders on disk. Pure.
import { posix } from 'node:path'
import { SAELENS_CFG, SAELENS_WEIGHTS } from '../saelens/saelens.js'
import { GEMMA_SCOPE_WEIGHTS } from './gemma-scope.js'
import type { SaeLayout } from './layout.js'
import { LLAMA_SCOPE_CFG, LLAMA_SCOPE_WEIGHTS } from './llama-scope.js'
import { SPARSIFY_WEIGHTS } from './sparsify.js'

/** Log frequencies beside SAELens weights; read when there. */
export const SAELENS_SPARSITY = 'sparsity.safetensors'

export interface ListedFile {
  readonly path: string
  readonly bytes: number
}

export interface ListedSae<F extends ListedFile = ListedFile> {
  /** Folder; empty for the top. */
  readonly path: string
  readonly layout: SaeLayout
  /** The files that are needed, weights last. */
  readonly files: readonly F[]
  /** Sum of their lengths. */
  readonly bytes: number
}

/** Files of a layout by name: those that must be there, and those that may. */
const NEEDED: readonly { layout: SaeLayout; must: readonly string[]; may: readonly string[] }[] = [
  { layout: 'saelens', must: [SAELENS_CFG, SAELENS_WEIGHTS], may: [SAELENS_SPARSITY] },
  { layout: 'sparsify', must: [SAELENS_CFG, SPARSIFY_WEIGHTS], may: [] },
  { layout: 'llama_scope', must: [LLAMA_SCOPE_CFG, LLAMA_SCOPE_WEIGHTS], may: [] },
  { layout: 'gemma_scope', must: [GEMMA_SCOPE_WEIGHTS], may: [] },
]

/** Every folder of `files` that holds an SAE of a layout we read, in order of path (numbers as numbers). */
export function listSaeFolders<F extends ListedFile>(files: readonly F[]): ListedSae<F>[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const folders = new Set(files.flatMap(({ path }) => foldersAround(path)))
  const found: ListedSae<F>[] = []
  for (const folder of folders) {
    const at = (name: string): F | undefined => byPath.get(folder === '' ? name : `${folder}/${name}`)
    const kind = NEEDED.find(({ must }) => must.every((name) => at(name)))
    if (!kind) continue
    const own = [...kind.may, ...kind.must].map(at).filter((file) => file !== undefined)
    found.push({ path: folder, layout: kind.layout, files: own, bytes: own.reduce((sum, { bytes }) => sum + bytes, 0) })
  }
  return found.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }))
}

/** The folder of a file and the one above it, which Llama Scope's weights belong to. */
function foldersAround(path: string): string[] {
  const own = posix.dirname(path)
  const clean = (folder: string): string => (folder === '.' ? '' : folder)
  return own === '.' ? [''] : [clean(own), clean(posix.dirname(own))]
}
