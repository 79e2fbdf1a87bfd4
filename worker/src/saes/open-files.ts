// An SAE's files as they came, opened and understood: any layout, configuration in today's fields.
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SaeOrigin } from '@mistudio/contracts'
import { type ListedFile, listSaeFolders, openSaeFolder, type SaeLayout, type TensorSource } from '@mistudio/formats'
import { type SaeCfg, saeParts } from '@mistudio/interp/saes'
import { withSaeErrors } from '../features/index.js'

export interface SaeFiles {
  readonly layout: SaeLayout
  readonly cfg: SaeCfg
  readonly weights: TensorSource
  /** The files that are read, by path below the folder. */
  readonly files: readonly ListedFile[]
}

/** The path that layouts read a site from: where the files lay, not where they lie now. */
export const placeOf = (origin: SaeOrigin): string =>
  origin.kind === 'hub' ? [origin.repo, origin.path].filter(Boolean).join('/') : origin.path

/** The name that an SAE gets when the user gives none. */
export function suggestedName(origin: SaeOrigin): string {
  if (origin.kind === 'folder') return basename(origin.path).slice(0, 120) || 'SAE'
  const repo = origin.repo.slice(origin.repo.lastIndexOf('/') + 1)
  return [repo, origin.path].filter(Boolean).join(' ').slice(-120)
}

/**
 * Opens an SAE folder; only headers are read. @throws AppError `sae_invalid`, `sae_unsupported` (pickles and layouts or architectures
 * that are not read, each with what to do), `file_not_found`.
 */
export function openSaeFiles(folder: string, place: string): Promise<SaeFiles> {
  return withSaeErrors(async () => {
    const { layout, cfg, weights } = await openSaeFolder(folder, place)
    const { cfg: parsed, tensors } = await saeParts(cfg, weights)
    return { layout, cfg: parsed, weights: tensors, files: await listFiles(folder) }
  })
}

/** Files of the SAE in the folder itself and in `checkpoints`, as its layout names them. */
async function listFiles(folder: string): Promise<readonly ListedFile[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.split('/').length - folder.split('/').length <= 2)
  const files = await Promise.all(
    names.map(async (path) => ({ path: path.slice(folder.length + 1), bytes: (await stat(path)).size })),
  )
  const top = listSaeFolders(files).find(({ path }) => path === '')
  return top?.files ?? files.filter(({ path }) => dirname(path) === '.')
}
