// HTTP of the metrics of runs.
import type { MetricSummary, RunSeries, RunsSeriesQuery, SeriesQuery } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import { IdParam, QueryOf, Serve } from '../common/route.js'
import { RunsService } from './runs.service.js'

@Controller()
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  // Before the routes with an id, which would take "series" for one.
  @Serve('runsSeries')
  seriesOf(@QueryOf('runsSeries') query: RunsSeriesQuery): Promise<RunSeries[]> {
    return this.runs.seriesOf(query)
  }

  @Serve('runSeries')
  series(@IdParam() id: string, @QueryOf('runSeries') query: SeriesQuery): Promise<RunSeries> {
    return this.runs.series(id, query)
  }

  @Serve('runMetrics')
  metrics(@IdParam() id: string): Promise<MetricSummary[]> {
    return this.runs.metrics(id)
  }
}
