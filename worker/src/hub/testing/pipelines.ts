// Pipelines of this room as the runner would run them: a database of its own, a data folder per test, the small hub as HF_ENDPOINT.
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type HubInspection, HubInspectionSchema, type JobKind, type JobProgress } from '@mistudio/contracts'
import type { Pool, PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { AnyOutcome, Control, JobContext, Pipeline } from '../../runner/context.js'
import { downloadPipelineWith } from '../download.pipeline.js'
import { inspectPipeline } from '../inspect.pipeline.js'
import { placesOf } from '../snapshots/places.js'
import { ownDatabase } from './database.js'
import { namesIn, QUICK, type Rig } from './rig.js'

export const DEMO = fileURLToPath(new URL('../../../../demo/tiny-stories-1m', import.meta.url))
export const TOKEN = 'hf_test_token_0123456789'
export const downloadPipeline = downloadPipelineWith(QUICK)
const CLEAN = { HF_ENDPOINT: '', HF_HUB_CACHE: '', HF_TOKEN: '', HF_HUB_OFFLINE: '' }

export interface Ran {
  readonly outcome: AnyOutcome
  readonly progress: readonly JobProgress[]
  readonly logs: readonly string[]
}
interface Params {
  readonly modelId: string
  readonly repo: string
  readonly commit: string
  readonly revision: string
  readonly graph: string | null
}
export interface Pipelines {
  readonly db: Pool
  readonly dataDir: string
  readonly cacheFolder: string
  run<K extends JobKind>(pipeline: Pipeline<K>, params: object, control?: () => Control): Promise<Ran>
  inspect(repo: string, revision?: string, graph?: string | null): Promise<HubInspection>
  /** A download as the backend starts it: with a row of the model. */
  modelRow(repo: string, commit: string, graph?: string | null): Promise<Params>
  /** Downloaded files of any state. */
  files(): Promise<string[]>
}

export const resultOf = ({ outcome }: Ran): unknown => ('result' in outcome ? outcome.result : null)

/** Code and message of what ended the work. */
export const refusalOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
  )

/** Registers the set-up with vitest; the members are there once a test runs. */
export function usePipelines(rig: Rig): Pipelines {
  let db: Pool
  let drop: () => Promise<void>
  let dataDir = ''
  const before = { ...process.env }
  const cacheFolder = () => join(dataDir, 'hf-cache')
  beforeAll(async () => {
    const own = await ownDatabase()
    db = own.db
    drop = own.drop
  })
  afterAll(() => drop())
  beforeEach(() => {
    dataDir = mkdtempSync(join(rig.folder, 'data-'))
    Object.assign(process.env, CLEAN, { HF_ENDPOINT: rig.hub.endpoint, HF_HUB_CACHE: cacheFolder() })
  })
  afterEach(() => Object.assign(process.env, CLEAN, before))

  const run: Pipelines['run'] = async (pipeline, params, control = () => 'run') => {
    const [progress, logs]: [JobProgress[], string[]] = [[], []]
    const job = { id: randomUUID(), kind: pipeline.kind, subjectId: randomUUID(), attempt: 1 }
    const context: JobContext<ReturnType<typeof pipeline.parse>> = {
      job: { ...job, params: pipeline.parse(params) },
      dataDir,
      threads: 1,
      db,
      control,
      flush: async () => undefined,
      metrics: () => undefined,
      event: () => undefined,
      progress: (made) => progress.push(made),
      log: (_level, message) => logs.push(message),
      commit: async (work) => work(db as unknown as PoolClient),
    }
    return { outcome: await pipeline.run(context), progress, logs }
  }
  return {
    get db() {
      return db
    },
    get dataDir() {
      return dataDir
    },
    get cacheFolder() {
      return cacheFolder()
    },
    run,
    inspect: async (repo, revision = 'main', graph = null) =>
      HubInspectionSchema.parse(resultOf(await run(inspectPipeline, { repo, revision, graph }))),
    modelRow: async (repo, commit, graph = null) => {
      const modelId = randomUUID()
      const path = placesOf(dataDir, repo, commit, graph).snapshot
      await db.query('INSERT INTO model (id, name, path) VALUES ($1, $2, $3)', [modelId, repo, path])
      return { modelId, repo, commit, revision: 'main', graph }
    },
    files: async () => (await namesIn(join(dataDir, 'hub'))).filter((name) => /safetensors|onnx|json|part/.test(name)),
  }
}
