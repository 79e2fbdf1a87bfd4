// Folders under several names: a mount shows the same folder at another path, and no resolved path tells. Known by device and number.
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Identities of a folder and of the folders in it; none where it does not exist. */
export async function identitiesOf(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
  const found = await Promise.all([folder, ...inside].map(identityOf))
  return new Set(found.filter((identity) => identity !== null))
}

/**
 * Whether `path`, or a folder on the way to it, is one of `folders`. Real paths. The way goes up from `path` to `top` (itself left out; the
 * very top when there is none) or to one of the folders `open`, behind which nothing is looked at.
 */
export async function leadsThrough(
  folders: ReadonlySet<string>,
  path: string,
  { top, open }: { readonly top?: string; readonly open?: ReadonlySet<string> } = {},
): Promise<boolean> {
  for (let at = path; at !== top; at = dirname(at)) {
    const identity = await identityOf(at)
    if (identity !== null && open?.has(identity)) return false
    if (identity !== null && folders.has(identity)) return true
    if (dirname(at) === at) return false
  }
  return false
}

async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found && `${found.dev}:${found.ino}`
}
