// What Home reads from all rooms: the newest few finished things of each.
import { usePage } from '../../data/index.js'
import { type HomeData, LAST_RESULTS } from './prepare.js'

const NEWEST = { ready: 'true', limit: LAST_RESULTS } as const

/** null while something is still loading for the first time; `error` of the first failed answer. */
export const useHomeData = (): { data: HomeData | null; error: unknown; retry(): void } => {
  const models = usePage('listModels', NEWEST)
  const datasets = usePage('listDatasets', NEWEST)
  const tokenizations = usePage('listTokenizations', NEWEST)
  const saes = usePage('listSaes', NEWEST)
  const extractions = usePage('listExtractions', NEWEST)
  const steering = usePage('listSteering', { steered: 'true', limit: LAST_RESULTS })
  const queries = [models, datasets, tokenizations, saes, extractions, steering]
  const complete = models.data && datasets.data && tokenizations.data && saes.data && extractions.data && steering.data
  return {
    data: complete
      ? {
          models: models.data.items,
          datasets: datasets.data.items,
          tokenizations: tokenizations.data.items,
          saes: saes.data.items,
          extractions: extractions.data.items,
          steering: steering.data.items,
        }
      : null,
    error: queries.find((query) => query.error && !query.data)?.error ?? null,
    retry: () => {
      for (const query of queries) if (query.error) void query.refetch()
    },
  }
}
