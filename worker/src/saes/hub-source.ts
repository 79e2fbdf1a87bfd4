// SAEs of the hub: which folders of a revision hold one, and their files brought to this machine.
import { AppError, SAE_PICKLE_ADVICE, type SaeOrigin, saeFileKind } from '@mistudio/contracts'
import { type ListedSae, listSaeFolders } from '@mistudio/formats'
import {
  allFiles,
  type DownloadOptions,
  downloadSnapshot,
  type HubWorld,
  type Places,
  type RepoFile,
  requireOnline,
  requireSafeName,
  revisionInfo,
} from '../hub/index.js'

type HubOrigin = Extract<SaeOrigin, { kind: 'hub' }>

export interface RepoSaes {
  readonly commit: string
  readonly saes: readonly ListedSae<RepoFile>[]
  readonly files: readonly RepoFile[]
}

/** Every SAE folder of a revision. @throws AppError `hub_*`. */
export async function listRepoSaes(
  world: HubWorld,
  repo: string,
  revision: string,
  signal: AbortSignal,
): Promise<RepoSaes> {
  requireOnline(world)
  const { commit } = await revisionInfo(world.access, repo, revision, signal)
  const files = await allFiles(world.access, repo, commit, signal)
  return { commit, files, saes: listSaeFolders(files) }
}

/** The SAE that `path` names: its folder, or one of its files. @throws AppError saying what is there instead. */
export function saeAt({ saes, files }: RepoSaes, repo: string, path: string): ListedSae<RepoFile> {
  const found = saes.find((sae) => sae.path === path || sae.files.some((file) => file.path === path))
  if (found) return found
  const below = saes.filter((sae) => path === '' || sae.path.startsWith(`${path}/`))
  const where = path === '' ? `The top of "${repo}"` : `"${path}" of "${repo}"`
  if (below.length > 0) {
    const example = below[0]?.path ?? ''
    throw new AppError('hub_not_found', `${where} holds ${below.length} SAEs. Choose one, for example ${example}.`)
  }
  const pickle = files.find((file) => file.path.startsWith(path) && saeFileKind(file.path) === 'pickle')
  if (pickle) throw new AppError('sae_unsupported', `${where} holds ${pickle.path}. ${SAE_PICKLE_ADVICE}`)
  const others = saes.length > 0 ? ` The repository has ${saes.length} SAE folders, for example ${saes[0]?.path}.` : ''
  throw new AppError('hub_not_found', `${where} holds no SAE that can be read.${others}`)
}

/** Brings the files of an SAE into `places.snapshot`; answers at once when they are there. @throws AppError `hub_*`, `disk_full`. */
export async function fetchSae(
  world: HubWorld,
  origin: HubOrigin,
  places: Places,
  options: Omit<DownloadOptions, 'access'> & { onFiles?: (bytes: number) => void },
): Promise<void> {
  const { repo, commit, path } = origin
  const sae = saeAt(await listRepoSaes(world, repo, commit, options.signal), repo, path)
  for (const file of sae.files) requireSafeName(file.path, repo)
  const files = sae.files.map((file) => ({ ...file, role: 'weights' as const }))
  options.onFiles?.(sae.bytes)
  const request = { repo, commit, files, places, cacheFolder: world.cacheFolder }
  await downloadSnapshot(request, { ...options, access: world.access })
}
