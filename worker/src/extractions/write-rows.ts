// The writing stage: rows of all features into the attempt's tables, then their indexes. Progress is counted work.
import { AppError, troubleOf } from '@mistudio/contracts'
import type { Pool, PoolClient } from 'pg'
import { CopyInto } from './copy-rows.js'
import {
  EXAMPLE_COLUMNS,
  FEATURE_COLUMNS,
  type Findings,
  featureRecord,
  type TokenText,
  type WindowTexts,
  writeExample,
  writeFeature,
} from './feature-rows.js'
import { buildName, createTables, indexSteps } from './rows.js'

export interface WriteRequest {
  readonly db: Pool
  /** Runs work in a transaction that proves the attempt still owns its job. */
  readonly commit: <T>(work: (tx: PoolClient) => Promise<T>) => Promise<T>
  readonly extractionId: string
  readonly attempt: number
  readonly features: number
  readonly findings: Findings
  readonly texts: WindowTexts
  readonly tokenText: TokenText
  /** Called after each feature and each index with the work done; throws to stop. */
  readonly onProgress: (stage: 'rows' | 'indexes', done: number, total: number) => void
}

/**
 * Fills fresh tables of this attempt; nothing is visible until they are attached.
 * @returns the number of example rows.
 * @throws AppError `disk_full` when the database has no room left; the database's own error otherwise.
 */
export async function writeRows(request: WriteRequest): Promise<number> {
  try {
    await request.commit((tx) => createTables(tx, request.extractionId, request.attempt))
    const examples = await copyAll(request)
    await buildIndexes(request)
    return examples
  } catch (error) {
    if (troubleOf(error) === 'full') {
      throw new AppError(
        'disk_full',
        'The database ran out of disk space while features were written; free some and retry the extraction.',
        {},
        { cause: error },
      )
    }
    throw error
  }
}

/** Two COPYs at once, each on its own connection. */
async function copyAll(request: WriteRequest): Promise<number> {
  const { db, extractionId, attempt } = request
  const clients = await Promise.all([db.connect(), db.connect()])
  const features = new CopyInto(clients[0], buildName('feature', extractionId, attempt), FEATURE_COLUMNS)
  const examples = new CopyInto(clients[1], buildName('feature_example', extractionId, attempt), EXAMPLE_COLUMNS)
  let broken = true
  try {
    for (let index = 0; index < request.features; index++) {
      const record = featureRecord(index, request.findings, request.texts, request.tokenText)
      writeFeature(features.rows, extractionId, record)
      for (const example of record.examples) writeExample(examples.rows, extractionId, index, example)
      await features.drain()
      await examples.drain()
      request.onProgress('rows', index + 1, request.features)
    }
    await Promise.all([features.finish(), examples.finish()])
    broken = false
    return examples.rows.count
  } finally {
    // A connection in the middle of a COPY is of no further use: closing it makes the server drop what it took.
    for (const client of clients) client.release(broken)
  }
}

/**
 * Indexes of both tables at the same time; waits for both even when one fails, so that nothing runs on behind a
 * failure.
 */
async function buildIndexes({ db, extractionId, attempt, onProgress }: WriteRequest): Promise<void> {
  const lanes = Object.values(indexSteps(extractionId, attempt))
  const total = lanes.flat().length
  let done = 0
  onProgress('indexes', 0, total)
  const outcomes = await Promise.allSettled(
    lanes.map(async (steps) => {
      for (const step of steps) {
        await step(db)
        done++
        onProgress('indexes', done, total)
      }
    }),
  )
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
