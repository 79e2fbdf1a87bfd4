// The cache of the Hugging Face tools on this computer: `models--org--name/{refs,blobs,snapshots}`. Read only; nothing is written there.
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { HubCommitSchema, type HubHash, type HubLocal, HubRepoSchema } from '@mistudio/contracts'
import { listFolder, readJsonFile, readTextFile, resolveInside } from '@mistudio/formats'
import type { RepoFile } from '../api.js'
import { selectFiles, shardNames, type Variant, variantsOf, type Wanted, WEIGHTS_INDEX } from './select.js'

const MAX_CACHED = 500
const MAX_FILES = 2000
/** A commit and a line end. */
const MAX_REF_BYTES = 200

const folderOf = (cacheFolder: string, repo: string): string => join(cacheFolder, `models--${repo.replace('/', '--')}`)

/** Path of a file of the cache with this content's name and length, null when there is none. Its hash is still to be checked. */
export async function cachedFile(cacheFolder: string, repo: string, file: RepoFile): Promise<string | null> {
  const path = join(folderOf(cacheFolder, repo), 'blobs', file.hash.hex)
  const real = await realFile(cacheFolder, path)
  return real !== null && real.bytes === file.bytes ? real.path : null
}

/** A regular file of the cache by its real path, which lies in the cache as well; null otherwise. */
async function realFile(cacheFolder: string, path: string): Promise<{ path: string; bytes: number } | null> {
  const real = await resolveInside(cacheFolder, path).catch(() => null)
  const found = real === null ? null : await stat(real).catch(() => null)
  return real !== null && found?.isFile() ? { path: real, bytes: found.size } : null
}

/** The commit that a revision meant when it was cached; null when the cache does not know. */
export async function cachedCommit(cacheFolder: string, repo: string, revision: string): Promise<string | null> {
  const folder = folderOf(cacheFolder, repo)
  if (HubCommitSchema.safeParse(revision).success) return revision
  const text = await resolveInside(join(folder, 'refs'), revision)
    .then((path) => readTextFile(path, MAX_REF_BYTES))
    .catch(() => '')
  const commit = HubCommitSchema.safeParse(text.trim())
  return commit.success ? commit.data : null
}

/** Files of a cached snapshot; their hashes are the names of their blobs. Files that are no links to blobs are left out. */
async function snapshotFiles(
  cacheFolder: string,
  repo: string,
  commit: string,
): Promise<(RepoFile & { real: string })[]> {
  const folder = join(folderOf(cacheFolder, repo), 'snapshots', commit)
  const graphs = await listFolder(join(folder, 'onnx')).catch(() => [])
  const names = [...(await listFolder(folder).catch(() => [])), ...graphs.map((name) => `onnx/${name}`)]
  const files: (RepoFile & { real: string })[] = []
  for (const path of names.slice(0, MAX_FILES)) {
    const found = await realFile(cacheFolder, join(folder, path))
    const hash = found && hashNamed(basename(found.path))
    if (found && hash) files.push({ path, bytes: found.bytes, hash, real: found.path })
  }
  return files
}

const hashNamed = (name: string): HubHash | null =>
  /^[0-9a-f]{64}$/.test(name)
    ? { kind: 'sha256', hex: name }
    : /^[0-9a-f]{40}$/.test(name)
      ? { kind: 'git-sha1', hex: name }
      : null

/** The needed files of a cached snapshot, and what else could be chosen. @throws AppError when it is not complete. */
export async function cachedSnapshot(
  cacheFolder: string,
  repo: string,
  commit: string,
  graph: string | null,
): Promise<{ wanted: Wanted[]; variants: Variant[]; config: unknown }> {
  const files = await snapshotFiles(cacheFolder, repo, commit)
  const real = (path: string): string | undefined => files.find((file) => file.path === path)?.real
  const index = real(WEIGHTS_INDEX)
  const shards = index ? shardNames(await readJsonFile(index), repo) : null
  const chosen = selectFiles(files, shards, repo, graph)
  const wanted = chosen.map(({ path, bytes, hash, role }) => ({ path, bytes, hash, role }))
  return { wanted, variants: variantsOf(files), config: await readJsonFile(String(real('config.json'))) }
}

/** Complete models of the cache, by name. */
export async function cachedModels(cacheFolder: string): Promise<HubLocal['cached']> {
  const folders = (await listFolder(cacheFolder).catch(() => [])).filter((name) => name.startsWith('models--')).sort()
  const found: HubLocal['cached'] = []
  for (const folder of folders.slice(0, MAX_CACHED)) {
    const repo = HubRepoSchema.safeParse(folder.slice('models--'.length).replace('--', '/'))
    if (!repo.success) continue
    for (const commit of await listFolder(join(cacheFolder, folder, 'snapshots')).catch(() => [])) {
      if (!HubCommitSchema.safeParse(commit).success) continue
      // What is not complete, or holds no weights that are read here, is not offered.
      const snapshot = await cachedSnapshot(cacheFolder, repo.data, commit, null).catch(() => null)
      if (snapshot)
        found.push({ repo: repo.data, commit, bytes: snapshot.wanted.reduce((sum, { bytes }) => sum + bytes, 0) })
    }
  }
  return found
}
