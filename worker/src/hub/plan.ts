// What a revision means and which files it takes: from the hub, or from this computer's cache when the hub cannot be asked.
import { AppError, type ErrorBody, type HubInspection } from '@mistudio/contracts'
import { FormatError, parseJsonBytes } from '@mistudio/formats'
import { countParameters, ModelError, planModel, planTensors } from '@mistudio/interp'
import { modelMemory } from '../models/index.js'
import { type RepoFile, type RevisionInfo, revisionFiles, revisionInfo, smallFile } from './api.js'
import { cachedCommit, cachedSnapshot } from './cache.js'
import { selectFiles, shardNames, type Wanted, WEIGHTS, WEIGHTS_INDEX } from './select.js'
import { type HubWorld, requireOnline } from './world.js'

const MAX_CONFIG_BYTES = 2 ** 20
const MAX_INDEX_BYTES = 32 * 2 ** 20

/** A refusal is part of the answer: the page shows it beside what is known. */
type Outlook = Pick<Plan, 'problem' | 'files'>

export interface Plan {
  readonly commit: string
  readonly from: 'hub' | 'cache'
  readonly info: Pick<RevisionInfo, 'licence' | 'gated' | 'private'>
  readonly files: readonly Wanted[]
  readonly otherFiles: number
  readonly model: HubInspection['model']
  readonly problem: ErrorBody | null
}

/**
 * Looks a revision up. Problems of the model itself (no safetensors, gated, unknown architecture) are part of the answer.
 * @throws AppError when the repository cannot be found or neither the hub nor the cache can say anything
 */
export async function planSnapshot(
  world: HubWorld,
  repo: string,
  revision: string,
  signal: AbortSignal,
): Promise<Plan> {
  try {
    requireOnline(world)
    return await planFromHub(world, repo, revision, signal)
  } catch (error) {
    if (!(error instanceof AppError && (error.code === 'hub_unreachable' || error.code === 'hub_busy'))) throw error
    const cached = await planFromCache(world, repo, revision)
    if (cached) return cached
    throw error
  }
}

/** The files of a commit, for the download itself. @throws AppError also for what an inspection would show as a problem */
export async function filesToDownload(
  world: HubWorld,
  repo: string,
  commit: string,
  signal: AbortSignal,
): Promise<readonly Wanted[]> {
  const { files, problem } = await planSnapshot(world, repo, commit, signal)
  if (problem) throw new AppError(problem.code, problem.message, problem.details)
  return files
}

async function planFromHub(world: HubWorld, repo: string, revision: string, signal: AbortSignal): Promise<Plan> {
  const { access } = world
  const info = await revisionInfo(access, repo, revision, signal)
  const { commit } = info
  const all = await revisionFiles(access, repo, commit, signal)
  const small = (file: RepoFile, limit: number) => smallFile(access, { repo, commit, file }, limit, signal)
  const plan = { commit, from: 'hub' as const, info }
  // By names first, so that a gated repository shows its sizes although its files cannot be read.
  const guess = guessFiles(all, repo)
  if (guess.problem) return refused(plan, guess, all)
  try {
    const index = all.some(({ path }) => path === WEIGHTS) ? undefined : all.find(({ path }) => path === WEIGHTS_INDEX)
    const shards = index ? shardNames(parseJsonBytes(await small(index, MAX_INDEX_BYTES), WEIGHTS_INDEX), repo) : null
    const files = selectFiles(all, shards, repo)
    const config = files.find(({ path }) => path === 'config.json')
    const model = config ? describeConfig(parseJsonBytes(await small(config, MAX_CONFIG_BYTES), 'config.json')) : null
    return { ...plan, files, otherFiles: all.length - files.length, model, problem: null }
  } catch (error) {
    return refused(plan, { problem: problemOf(error), files: guess.files }, all)
  }
}

/** The needed files as far as names alone tell: shards by their usual names. */
function guessFiles(all: readonly RepoFile[], repo: string): Outlook {
  const shards = all.map(({ path }) => path).filter((path) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(path))
  try {
    return { files: selectFiles(all, shards, repo), problem: null }
  } catch (error) {
    return { files: [], problem: problemOf(error) }
  }
}

const refused = (
  plan: Pick<Plan, 'commit' | 'from' | 'info'>,
  { problem, files }: Outlook,
  all: readonly RepoFile[],
): Plan => ({
  ...plan,
  ...{ files, otherFiles: all.length - files.length, model: null, problem },
})

async function planFromCache(world: HubWorld, repo: string, revision: string): Promise<Plan | null> {
  const commit = await cachedCommit(world.cacheFolder, repo, revision)
  const cached = commit === null ? null : await cachedSnapshot(world.cacheFolder, repo, commit).catch(() => null)
  if (commit === null || cached === null) return null
  const plan = { commit, from: 'cache' as const, info: { licence: null, gated: 'no' as const, private: false } }
  try {
    return { ...plan, files: cached.wanted, otherFiles: 0, model: describeConfig(cached.config), problem: null }
  } catch (error) {
    return refused(plan, { problem: problemOf(error), files: cached.wanted }, cached.wanted)
  }
}

/** Figures of a config.json. @throws ModelError for architectures that are not supported */
function describeConfig(config: unknown): HubInspection['model'] {
  const plan = planModel(config)
  const { spec } = plan
  const { total } = countParameters(planTensors(plan))
  const { architecture, layers, dModel } = spec
  return { architecture, layers, dModel, parameters: total, memory: modelMemory(plan) }
}

/** Problems that belong into the answer. Anything else (the network, interruptions) is thrown on. */
function problemOf(error: unknown): ErrorBody {
  if (error instanceof ModelError) return { code: error.code, message: error.message }
  if (error instanceof FormatError) return { code: 'model_invalid', message: error.message }
  if (error instanceof AppError && !['hub_unreachable', 'hub_busy'].includes(error.code)) return error.toBody()
  throw error
}
