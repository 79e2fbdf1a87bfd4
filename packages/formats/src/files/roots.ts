// From which folders files may be read while some work runs. Checked on the file that was opened, never on the look of its path: what a
// link or a renamed folder leads to counts. Work that sets no roots (the command line, run by the owner of the files) is not confined.
import { AsyncLocalStorage } from 'node:async_hooks'
import { type FileHandle, lstat, readlink, realpath } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { FormatError, translateSystemError } from '../errors.js'
import { identitiesOf, leadsThrough } from './mounts.js'
import { isInside } from './resolve.js'

/** A folder as it is named and as it really lies. */
export interface FileRoot {
  readonly named: string
  readonly real: string
}

export interface FileRoots {
  readonly roots: readonly FileRoot[]
  /** Real path of a folder that only roots inside it open: a root around it does not, by no name. The data directory is one. */
  readonly closed: string
}

/** What lies in the closed folder of these roots, whatever it is called. */
const closedIdentities = new WeakMap<FileRoots, Promise<ReadonlySet<string>>>()

const current = new AsyncLocalStorage<FileRoots>()

/** Runs `work` so that everything it opens through this package lies in one of `roots`. */
export const readingWithin = <T>(roots: FileRoots, work: () => Promise<T>): Promise<T> => current.run(roots, work)

/** The roots among `folders` that exist. */
export async function existingRoots(folders: readonly string[]): Promise<FileRoot[]> {
  const found = await Promise.all(
    folders.map(async (folder) => ({ named: resolve(folder), real: await realpath(folder).catch(() => null) })),
  )
  return found.filter((root): root is FileRoot => root.real !== null)
}

/** Refuses what is not even named inside a root, before it is touched. Error: `path_outside_root`. */
export function requireNamedInside(path: string): void {
  const confined = current.getStore()
  if (confined && rootsNaming(confined, path).length === 0) throw outside(path, confined)
}

/**
 * Refuses an open file (or folder) that does not lie in a root in which `path` names it. A link may lead on inside that root, but into no
 * hidden folder that the path does not name itself. Errors: `path_outside_root`, `file_changed`.
 */
export async function requireOpenedInside(handle: FileHandle, path: string): Promise<void> {
  const confined = current.getStore()
  if (!confined) return
  const real = await realPathOf(handle, path)
  const fitting = rootsNaming(confined, path).filter(
    (root) =>
      isInside(root.real, real) &&
      hiddenParts(root.real, real).every((part) => resolve(path).split(sep).includes(part)),
  )
  for (const root of fitting) if (await opens(root, real, confined)) return
  throw outside(path, confined)
}

/** Whether a root opens what lies in it at a real path: all but the closed folder, unless it is a part of that itself. */
async function opens(root: FileRoot, real: string, confined: FileRoots): Promise<boolean> {
  if (isInside(confined.closed, root.real)) return true
  if (isInside(confined.closed, real)) return false
  const identities = closedIdentities.get(confined) ?? identitiesOf(confined.closed)
  closedIdentities.set(confined, identities)
  return !(await leadsThrough(await identities, real, { top: root.real }))
}

const rootsNaming = ({ roots }: FileRoots, path: string): FileRoot[] => {
  const wanted = resolve(path)
  return path.includes('\0') ? [] : roots.filter(({ named, real }) => isInside(named, wanted) || isInside(real, wanted))
}

const hiddenParts = (root: string, path: string): string[] =>
  relative(root, path)
    .split(sep)
    .filter((part) => part.startsWith('.'))

/** A path of an open folder that leads to it whatever its names lead to by now; where the system has none, its real path. */
export const descriptorPath = async (handle: FileHandle, path: string): Promise<string> =>
  process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : realPathOf(handle, path)

/** Where an open file lies. Linux says it of the descriptor itself; elsewhere the path must lead to the very file that is open. */
async function realPathOf(handle: FileHandle, path: string): Promise<string> {
  const known = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => null)
  if (known !== null) {
    if (known.startsWith(sep) && !known.endsWith(' (deleted)')) return known
    throw changed(path)
  }
  const real = await realpath(path).catch((error: unknown) => translateSystemError(error, path))
  const [there, here] = [await lstat(real, { bigint: true }), await handle.stat({ bigint: true })]
  const same = there.dev === here.dev && there.ino === here.ino && (await realpath(real).catch(() => null)) === real
  if (same) return real
  throw changed(path)
}

const changed = (file: string): FormatError =>
  new FormatError('file_changed', 'The file was moved or replaced while it was opened', { file, hint: 'Try again.' })

const outside = (path: string, { roots, closed }: FileRoots): FormatError =>
  new FormatError('path_outside_root', 'This file lies, or its link leads, outside the folders that may be read', {
    file: path.replaceAll('\0', '\\0'),
    hint: `Copy it into the folder itself, or move both into one import folder (${importFolders(roots, closed)}).`,
  })

/** Folders of the product itself are no place to move something to. */
const importFolders = (roots: readonly FileRoot[], closed: string): string =>
  roots
    .filter(({ real }) => !isInside(closed, real))
    .map(({ named }) => named)
    .join(', ') || 'Settings › Import folders'
