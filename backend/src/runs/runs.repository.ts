// Metrics of runs as the store holds them, read in one snapshot of the database.
import type { MetricSummary } from '@mistudio/contracts'
import { type Bucketed, type Points, type Range, type Read, readBuckets, readPoints, summariesOf } from '@mistudio/runs'
import { Injectable } from '@nestjs/common'
import type pg from 'pg'
import { Database } from '../common/database.js'

@Injectable()
export class RunsRepository {
  constructor(private readonly database: Database) {}

  /** Metrics of several runs in buckets, in the order of the ids; null for a run that is not there. */
  buckets(runIds: readonly string[], range: Range, points: number): Promise<(Read<Bucketed> | null)[]> {
    return this.snapshot(async (client) => {
      const found: (Read<Bucketed> | null)[] = []
      for (const id of runIds) found.push(await readBuckets(client, id, range, points))
      return found
    })
  }

  /** Every value of a run; `also` reads what must belong to the same moment. */
  points<T>(
    runId: string,
    range: Range,
    also: (client: pg.PoolClient) => Promise<T>,
  ): Promise<[Read<Points> | null, T]> {
    return this.snapshot(async (client) => [await readPoints(client, runId, range), await also(client)])
  }

  summaries(runIds: readonly string[]): Promise<Map<string, MetricSummary[]>> {
    return summariesOf(this.database.pool, runIds)
  }

  private async snapshot<T>(read: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.database.pool.connect()
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const result = await read(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined)
      throw error
    } finally {
      client.release()
    }
  }
}
