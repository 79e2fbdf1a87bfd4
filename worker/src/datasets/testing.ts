// Test helpers: a data directory, and a job context whose database is one remembered row.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobKind, JobParams, JobProgress } from '@mistudio/contracts'
import type { Pool, PoolClient } from 'pg'
import { afterEach } from 'vitest'
import type { Control, JobContext, OutcomeOf, Pipeline } from '../runner/context.js'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const DEMO_MODEL = join(ROOT, 'demo/tiny-stories-1m')

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mistudio-datasets-'))
  folders.push(folder)
  return folder
}

export function temporaryFile(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

/** What a pipeline did to the world outside its files. */
export interface World {
  readonly dataDir: string
  /** Values of the last committed UPDATE; while there is none, the row is not ready. */
  committed: readonly unknown[] | undefined
  /** Position of `stats` among the values. */
  readonly statsAt: number
  /** False: the row was deleted. */
  rowExists: boolean
  control: () => Control
  readonly progress: JobProgress[]
  readonly logs: string[]
}

export const world = (statsAt: number): World => ({
  dataDir: temporaryFolder(),
  committed: undefined,
  statsAt,
  rowExists: true,
  control: () => 'run' as const,
  progress: [],
  logs: [],
})

/** Runs a pipeline as the runner would: parameters are parsed first. */
export function run<K extends JobKind>(pipeline: Pipeline<K>, params: object, state: World): Promise<OutcomeOf<K>> {
  const query = async (sql: string, values: readonly unknown[]) => {
    if (sql.startsWith('SELECT'))
      return { rows: state.committed ? [{ stats: JSON.parse(String(state.committed[state.statsAt])) }] : [] }
    if (state.rowExists) state.committed = values
    return { rows: state.rowExists ? [{ id: values[0] }] : [] }
  }
  const context: JobContext<JobParams<K>> = {
    job: { id: randomUUID(), kind: pipeline.kind, subjectId: randomUUID(), attempt: 1, params: pipeline.parse(params) },
    dataDir: state.dataDir,
    threads: 1,
    db: { query } as unknown as Pool,
    control: () => state.control(),
    progress: (progress) => state.progress.push(progress),
    metrics: () => undefined,
    event: () => undefined,
    log: (_level, message) => state.logs.push(message),
    flush: async () => undefined,
    commit: (work) => work({ query } as unknown as PoolClient),
  }
  return pipeline.run(context)
}
