// What Home reads from all rooms.
import {
  useDatasets,
  useExtractions,
  useModels,
  useSaes,
  useSteerings,
  useTokenizations,
  useTrainings,
} from '../../data/index.js'
import type { HomeData } from './prepare.js'

/** null while something is still loading for the first time; `error` of the first failed answer. */
export const useHomeData = (): { data: HomeData | null; error: unknown; retry(): void } => {
  const models = useModels()
  const datasets = useDatasets()
  const tokenizations = useTokenizations()
  const saes = useSaes()
  const extractions = useExtractions()
  const steering = useSteerings()
  const trainings = useTrainings()
  const queries = [models, datasets, tokenizations, saes, extractions, steering, trainings]
  const complete =
    models.data &&
    datasets.data &&
    tokenizations.data &&
    saes.data &&
    extractions.data &&
    steering.data &&
    trainings.data
  return {
    data: complete
      ? {
          models: models.data,
          datasets: datasets.data,
          tokenizations: tokenizations.data,
          saes: saes.data,
          extractions: extractions.data,
          steering: steering.data,
          trainings: trainings.data,
        }
      : null,
    error: queries.find((query) => query.error && !query.data)?.error ?? null,
    retry: () => {
      for (const query of queries) if (query.error) void query.refetch()
    },
  }
}
