// The room of runs: metrics by step of whatever reports them. Trainings are runs with the same id.
import { z } from 'zod'
import { defineRoom, defineWork } from '../definition/index.js'
import { MetricSummarySchema, RunSeriesSchema, RunsSeriesQuerySchema, SeriesQuerySchema } from './schemas.js'

export * from './schemas.js'

export const runsWork = defineWork({
  subjects: { run: { word: 'run', table: 'run', place: null, renews: [] } },
  jobs: {},
})

export const runsRoom = defineRoom({
  name: 'runs',
  title: 'Runs',
  work: runsWork,
  folders: null,
  places: {},
  channels: [],
  routes: {
    runsSeries: {
      summary: 'Reads metrics of several runs for one chart; runs that are gone are left out.',
      method: 'GET',
      path: '/runs/series',
      scope: 'read',
      status: 200,
      query: RunsSeriesQuerySchema,
      response: z.array(RunSeriesSchema),
    },
    runSeries: {
      summary: 'Reads metrics of a run over a range of steps, in buckets where there are many values.',
      method: 'GET',
      path: '/runs/:id/series',
      scope: 'read',
      status: 200,
      query: SeriesQuerySchema,
      response: RunSeriesSchema,
    },
    runMetrics: {
      summary: 'Tells the newest value, extremes, mean and count of every metric of a run.',
      method: 'GET',
      path: '/runs/:id/metrics',
      scope: 'read',
      status: 200,
      response: z.array(MetricSummarySchema),
    },
  },
})
