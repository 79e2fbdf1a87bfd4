// Confinement of paths given by users: a path counts by where it really leads (links resolved), and must lead into an allowed root. The
// data directory is open to nobody but for its folder `import`, whatever roots lie around it or in it.
import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '@mistudio/contracts'

/** Whether `inner` is `outer` or lies below it. Both must be real paths. */
export function isInside(outer: string, inner: string): boolean {
  const relative = path.relative(outer, inner)
  return relative === '' || (!path.isAbsolute(relative) && relative !== '..' && !relative.startsWith(`..${path.sep}`))
}

const realOrNull = (file: string): Promise<string | null> => realpath(file).catch(() => null)

export interface ImportRules {
  readonly roots: readonly string[]
  readonly dataDir: string
}

export interface Allowed {
  /** The roots that exist and may be read from, as real paths. */
  readonly roots: readonly string[]
  /** Whether what lies at a real path may be read. */
  allows(real: string): Promise<boolean>
}

export async function allowedBy({ roots, dataDir }: ImportRules): Promise<Allowed> {
  const isOpen = await outsideOf(dataDir)
  const real = (await Promise.all(roots.map(realOrNull))).filter((root): root is string => root !== null)
  const may = await Promise.all(real.map(isOpen))
  const open = real.filter((_, i) => may[i])
  return { roots: open, allows: async (file) => open.some((root) => isInside(root, file)) && isOpen(file) }
}

/**
 * Tells of a real path whether it is no part of the data directory, but for its folder `import`. Decided on the folders on the way to it by
 * device and number: mounts show one folder at several paths, so that its name would not tell.
 */
async function outsideOf(dataDir: string): Promise<(real: string) => Promise<boolean>> {
  const open = await identityOf(path.join(dataDir, 'import'))
  const entries = await readdir(dataDir, { withFileTypes: true }).catch(() => [])
  const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(dataDir, name))
  const closed = new Set(await Promise.all([dataDir, ...rooms].map(identityOf)))
  return async (real) => {
    for (let at = real; ; at = path.dirname(at)) {
      const identity = await identityOf(at)
      if (identity !== null && identity === open) return true
      if (identity !== null && closed.has(identity)) return false
      if (path.dirname(at) === at) return true
    }
  }
}

const identityOf = async (file: string): Promise<string | null> => {
  const found = await stat(file, { bigint: true }).catch(() => null)
  return found && `${found.dev}:${found.ino}`
}

/** Whether a folder that exists could be an import root. */
export const canBeRoot = async (folder: string, dataDir: string): Promise<boolean> =>
  (await allowedBy({ roots: [folder], dataDir })).roots.length > 0

/**
 * The real path of what `given` names. Throws `path_outside_roots` when it leads out of every root, and `file_not_found` when nothing
 * is there; what lies outside is refused before it is looked for, so that answers tell nothing about it.
 */
export async function resolveInside(given: string, rules: ImportRules): Promise<string> {
  const { roots } = rules
  if (given.includes('\0'))
    throw new AppError('file_not_found', 'The path holds a character that no file name can have.')
  const wanted = path.resolve(given)
  const allowed = await allowedBy(rules)
  const named = [...allowed.roots, ...roots].some((root) => isInside(path.resolve(root), wanted))
  if (!path.isAbsolute(given) || !named) throw outside(given, roots)
  const real = await realOrNull(wanted)
  if (real === null) throw new AppError('file_not_found', `"${given}" does not exist or cannot be read by the server.`)
  if (await allowed.allows(real)) return real
  throw allowed.roots.some((root) => isInside(root, real)) ? inDataFolder(given) : outside(given, roots)
}

const inDataFolder = (given: string): AppError =>
  new AppError(
    'path_outside_roots',
    `"${given}" is in the data folder of miStudio, which nothing is imported from but its folder "import". Copy it there.`,
    { path: given },
  )

const outside = (given: string, roots: readonly string[]): AppError =>
  new AppError(
    'path_outside_roots',
    `"${given}" is outside the import folders (${roots.join(', ')}). Move it there, or add its folder under Settings › Import folders.`,
    { path: given, roots: [...roots] },
  )
