// Confinement of paths: decided on the resolved path, never on the look of the text.
import { lstat, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { FormatError, systemCode, translateSystemError } from '../errors.js'

/**
 * Real path of `path` (relative to `root`, or absolute), which must lie inside the real path of `root`. Symbolic links
 * are followed before the check, so a link that leads out is refused. The file itself need not exist, its folder must.
 * Errors: `path_outside_root`, `file_not_found`.
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  if (path.includes('\0')) throw outside(root, path)
  const realRoot = await realPathOf(root)
  const wanted = isAbsolute(path) ? path : join(realRoot, path)
  const resolved = await realPathOrNew(wanted)
  if (!isInside(realRoot, resolved)) throw outside(root, path)
  return resolved
}

/** True when `path` is `root` or below it; both must be real paths already. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

async function realPathOrNew(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') return translateSystemError(error, path)
  }
  // A dangling link must not count as a new file: writing through it would land elsewhere.
  const exists = await lstat(path).catch(() => undefined)
  if (exists) throw new FormatError('path_outside_root', 'This link leads nowhere', { file: path })
  const parent = join(path, '..')
  return join(await realPathOf(parent), relative(parent, path))
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    return translateSystemError(error, path)
  }
}

const outside = (root: string, path: string): FormatError =>
  new FormatError('path_outside_root', 'This path leads outside the allowed folder', {
    file: path.replaceAll('\0', '\\0'),
    hint: `Allowed is ${root} and what lies in it.`,
  })
