// Test helpers of the models room: model folders that can be spoiled, and a job context that keeps what a pipeline writes.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Control, JobContext } from '../runner/context.js'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const DEMO = join(ROOT, 'demo/tiny-stories-1m')
export const MODEL_ID = '0190b5a0-0000-7000-8000-000000000001'

/** Columns of the model row as one statement wrote them. */
type Written = Record<string, unknown>

export interface Recorded<P> {
  readonly context: JobContext<P>
  readonly written: Written[]
  readonly stages: string[]
}

/** A context whose database takes `UPDATE model SET a = $2, b = $3 ...`. */
export function recorded<P>(params: P, dataDir: string, control: () => Control = () => 'run'): Recorded<P> {
  const written: Written[] = []
  const stages: string[] = []
  const tx = {
    query: async (sql: string, values: unknown[]) => {
      const columns = [...sql.matchAll(/(\w+) = \$(\d+)/g)].filter(([, , at]) => at !== '1')
      written.push(
        Object.fromEntries(
          columns.map(([, column, at]) => [column!, read(column!, values[Number(at) - 1] as string | null)]),
        ),
      )
      return { rows: [] }
    },
  }
  const context = {
    job: { params },
    dataDir,
    threads: 2,
    control,
    progress: ({ stage }: { stage: string }) => void stages.push(stage),
    commit: (work: (client: typeof tx) => unknown) => work(tx),
  }
  return { context: context as unknown as JobContext<P>, written, stages }
}

/** Every column but `precision` holds JSON. */
const read = (column: string, value: string | null): unknown =>
  value === null || column === 'precision' ? value : JSON.parse(value)

/** A folder that `remove` takes away, holding copies of others. */
export function temporaryModel(...sources: string[]): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'mistudio-model-'))
  for (const source of sources) cpSync(source, path, { recursive: true })
  return { path, remove: () => rmSync(path, { recursive: true }) }
}
