// What a revision means and which files it takes: from the hub, or from this computer's cache when the hub cannot be asked.
import { AppError, type ErrorBody, type HubInspection, type HubSource, type InspectHub } from '@mistudio/contracts'
import { FormatError, parseJsonBytes } from '@mistudio/formats'
import { type ExportSize } from '@mistudio/interp/exports'
import { countParameters, ModelError, planModel, planTensors } from '@mistudio/interp/models'
import { exportMemory, modelMemory } from '../../models/index.js'
import { type RepoFile, type RevisionInfo, revisionFiles, revisionInfo, smallFile } from '../api.js'
import { type HubWorld, requireOnline } from '../world.js'
import { cachedCommit, cachedSnapshot } from './cache.js'
import { selectFiles, shardNames, type Variant, variantsOf, type Wanted, WEIGHTS, WEIGHTS_INDEX } from './select.js'

const MAX_CONFIG_BYTES = 2 ** 20
const MAX_INDEX_BYTES = 32 * 2 ** 20

/** A repository, a revision, and the ONNX graph asked for (null: what there is, safetensors first). */
type Asked = InspectHub

/** A refusal is part of the answer: the page shows it beside what is known. */
type Outlook = Pick<Plan, 'problem' | 'files'>

export interface Plan {
  readonly commit: string
  readonly from: 'hub' | 'cache'
  readonly info: Pick<RevisionInfo, 'licence' | 'gated' | 'private'>
  readonly files: readonly Wanted[]
  readonly otherFiles: number
  /** The ONNX graph that is meant; null: safetensors. */
  readonly graph: string | null
  readonly variants: readonly Variant[]
  readonly model: HubInspection['model']
  readonly problem: ErrorBody | null
}

/**
 * Looks a revision up. Problems of the model itself (no safetensors, gated, unknown architecture) are part of the answer.
 * @throws AppError when the repository cannot be found or neither the hub nor the cache can say anything
 */
export async function planSnapshot(world: HubWorld, asked: Asked, signal: AbortSignal): Promise<Plan> {
  try {
    requireOnline(world)
    return await planFromHub(world, asked, signal)
  } catch (error) {
    if (!(error instanceof AppError && (error.code === 'hub_unreachable' || error.code === 'hub_busy'))) throw error
    const cached = await planFromCache(world, asked)
    if (cached) return cached
    throw error
  }
}

/** The files of a commit, for the download itself. @throws AppError also for what an inspection would show as a problem */
export async function filesToDownload(
  world: HubWorld,
  { commit, ...source }: Pick<HubSource, 'repo' | 'commit' | 'graph'>,
  signal: AbortSignal,
): Promise<readonly Wanted[]> {
  const { files, problem } = await planSnapshot(world, { ...source, revision: commit }, signal)
  if (problem) throw new AppError(problem.code, problem.message, problem.details)
  return files
}

async function planFromHub(world: HubWorld, asked: Asked, signal: AbortSignal): Promise<Plan> {
  const { access } = world
  const { repo, revision } = asked
  const info = await revisionInfo(access, repo, revision, signal)
  const { commit } = info
  const all = await revisionFiles(access, repo, commit, signal)
  const small = (file: RepoFile, limit: number) => smallFile(access, { repo, commit, file }, limit, signal)
  const variants = variantsOf(all)
  const plan = { commit, from: 'hub' as const, info, variants, graph: asked.graph ?? variants[0]?.graph ?? null }
  // By names first, so that a gated repository shows its sizes although its files cannot be read.
  const guess = guessFiles(all, asked)
  if (guess.problem) return refused(plan, guess, all)
  try {
    const whole = plan.graph !== null || all.some(({ path }) => path === WEIGHTS)
    const index = whole ? undefined : all.find(({ path }) => path === WEIGHTS_INDEX)
    const shards = index ? shardNames(parseJsonBytes(await small(index, MAX_INDEX_BYTES), WEIGHTS_INDEX), repo) : null
    const files = selectFiles(all, shards, repo, asked.graph)
    const config = files.find(({ path }) => path === 'config.json')
    const json = config ? parseJsonBytes(await small(config, MAX_CONFIG_BYTES), 'config.json') : null
    const model = json === null ? null : describeConfig(json, plan.graph, files)
    return { ...plan, files, otherFiles: all.length - files.length, model, problem: null }
  } catch (error) {
    return refused(plan, { problem: problemOf(error), files: guess.files }, all)
  }
}

/** The needed files as far as names alone tell: shards by their usual names. */
function guessFiles(all: readonly RepoFile[], { repo, graph }: Asked): Outlook {
  const shards = all.map(({ path }) => path).filter((path) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(path))
  try {
    return { files: selectFiles(all, shards, repo, graph), problem: null }
  } catch (error) {
    return { files: [], problem: problemOf(error) }
  }
}

const refused = (
  plan: Pick<Plan, 'commit' | 'from' | 'info' | 'graph' | 'variants'>,
  { problem, files }: Outlook,
  all: readonly RepoFile[],
): Plan => ({
  ...plan,
  files,
  otherFiles: all.length - files.length,
  model: null,
  problem,
})

async function planFromCache(world: HubWorld, { repo, revision, graph }: Asked): Promise<Plan | null> {
  const commit = await cachedCommit(world.cacheFolder, repo, revision)
  const cached = commit === null ? null : await cachedSnapshot(world.cacheFolder, repo, commit, graph).catch(() => null)
  if (commit === null || cached === null) return null
  const { variants } = cached
  const info = { licence: null, gated: 'no' as const, private: false }
  const plan = { commit, from: 'cache' as const, info, variants, graph: graph ?? variants[0]?.graph ?? null }
  try {
    return {
      ...plan,
      files: cached.wanted,
      otherFiles: 0,
      model: describeConfig(cached.config, plan.graph, cached.wanted),
      problem: null,
    }
  } catch (error) {
    return refused(plan, { problem: problemOf(error), files: cached.wanted }, cached.wanted)
  }
}

/** Figures of a config.json. @throws ModelError for architectures that are not supported */
function describeConfig(config: unknown, graph: string | null, files: readonly Wanted[]): HubInspection['model'] {
  const plan = planModel(config)
  const { spec } = plan
  const { total } = countParameters(planTensors(plan))
  const { architecture, layers, dModel } = spec
  return {
    architecture,
    layers,
    dModel,
    parameters: total,
    memory: graph === null ? modelMemory(plan) : exportMemory(plan, exportSize(graph, files)),
  }
}

/** What an export will take, as far as names and sizes tell; that it holds float16 shows when it is here. */
function exportSize(graph: string, files: readonly Wanted[]): ExportSize {
  const weights = files.filter(({ role }) => role === 'weights')
  const bytes = weights.reduce((sum, file) => sum + file.bytes, 0)
  return { bytes, inlineBytes: files.find(({ path }) => path === graph)?.bytes ?? bytes, half: false }
}

/** Problems that belong into the answer. Anything else (the network, interruptions) is thrown on. */
function problemOf(error: unknown): ErrorBody {
  if (error instanceof ModelError) return { code: error.code, message: error.message }
  if (error instanceof FormatError) return { code: 'model_invalid', message: error.message }
  if (error instanceof AppError && !['hub_unreachable', 'hub_busy'].includes(error.code)) return error.toBody()
  throw error
}
