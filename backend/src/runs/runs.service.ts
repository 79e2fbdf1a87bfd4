// Answers charts and tables about the metrics of runs, whatever kind of run it is.
import {
  AppError,
  type MetricSummary,
  metricNumber,
  type RunSeries,
  type RunsSeriesQuery,
  type Series,
  type SeriesQuery,
} from '@mistudio/contracts'
import type { Bucketed, Read } from '@mistudio/runs'
import { Injectable } from '@nestjs/common'
import { RunsRepository } from './runs.repository.js'

@Injectable()
export class RunsService {
  constructor(private readonly repository: RunsRepository) {}

  async series(id: string, query: SeriesQuery): Promise<RunSeries> {
    const [found] = await this.repository.buckets([id], rangeOf(query), query.points)
    if (!found) throw new AppError('not_found', 'There is no such run.')
    return toRunSeries(id, found)
  }

  /** Several runs at once; those that are gone are left out. */
  async seriesOf(query: RunsSeriesQuery): Promise<RunSeries[]> {
    const found = await this.repository.buckets(query.ids, rangeOf(query), query.points)
    return query.ids.flatMap((id, i) => {
      const one = found[i]
      return one ? [toRunSeries(id, one)] : []
    })
  }

  async metrics(id: string): Promise<MetricSummary[]> {
    return (await this.repository.summaries([id])).get(id) ?? []
  }
}

const rangeOf = ({ keys, time, from, to }: Pick<SeriesQuery, 'keys' | 'time' | 'from' | 'to'>) => {
  return { keys: keys ?? null, time, from: from ?? null, to: to ?? null }
}

const toRunSeries = (runId: string, { revision, series }: Read<Bucketed>): RunSeries => {
  const named = [...series].map(([path, one]): [string, Series] => [path, toSeries(one)])
  return { runId, revision, series: Object.fromEntries(named) }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

function toSeries({ buckets, total }: Bucketed): Series {
  const values = { width: buckets.width, total, at: buckets.at, last: buckets.last.map(metricNumber) }
  if (buckets.width === 1) return values
  return Object.assign(values, {
    first: buckets.first.map(metricNumber),
    min: buckets.min.map(finiteOrNull),
    max: buckets.max.map(finiteOrNull),
    count: buckets.count,
    ...(buckets.gaps.some((gaps) => gaps > 0) ? { gaps: buckets.gaps } : {}),
  })
}
