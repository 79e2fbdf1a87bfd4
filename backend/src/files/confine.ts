// Confinement of paths given by users: a path counts by where it really leads (links resolved), and must lead into an allowed root.
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@mistudio/contracts'

/** Whether `inner` is `outer` or lies below it. Both must be real paths. */
export function isInside(outer: string, inner: string): boolean {
  const relative = path.relative(outer, inner)
  return relative === '' || (!path.isAbsolute(relative) && relative !== '..' && !relative.startsWith(`..${path.sep}`))
}

const realOrNull = (file: string): Promise<string | null> => realpath(file).catch(() => null)

/** The roots that exist, as real paths. */
export async function realRoots(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map(realOrNull))
  return real.filter((root): root is string => root !== null)
}

/**
 * The real path of what `given` names. Throws `path_outside_roots` when it leads out of every root, and `file_not_found` when nothing
 * is there; what lies outside is refused before it is looked for, so that answers tell nothing about it.
 */
export async function resolveInside(given: string, roots: readonly string[]): Promise<string> {
  if (given.includes('\0'))
    throw new AppError('file_not_found', 'The path holds a character that no file name can have.')
  const wanted = path.resolve(given)
  const allowed = await realRoots(roots)
  const named = [...allowed, ...roots].some((root) => isInside(path.resolve(root), wanted))
  if (!path.isAbsolute(given) || !named) throw outside(given, roots)
  const real = await realOrNull(wanted)
  if (real === null) throw new AppError('file_not_found', `"${given}" does not exist or cannot be read by the server.`)
  if (!allowed.some((root) => isInside(root, real))) throw outside(given, roots)
  return real
}

const outside = (given: string, roots: readonly string[]): AppError =>
  new AppError(
    'path_outside_roots',
    `"${given}" is outside the import folders (${roots.join(', ')}). Move it there, or add its folder under Settings › Import folders.`,
    { path: given, roots: [...roots] },
  )
