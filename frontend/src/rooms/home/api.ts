// What Home reads from all rooms.
import { useQuery } from '@tanstack/react-query'
import { api, hasActiveJob, keys, pollWhile } from '../../live/index.js'
import type { HomeData } from './prepare.js'

/** null while something is still loading for the first time; `error` of the first failed answer. */
export const useHomeData = (): { data: HomeData | null; error: unknown; retry(): void } => {
  const models = useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => api.listModels({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
  const datasets = useQuery({
    queryKey: keys.datasets,
    queryFn: ({ signal }) => api.listDatasets({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
  const tokenizations = useQuery({
    queryKey: keys.tokenizations(),
    queryFn: ({ signal }) => api.listTokenizations({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
  const saes = useQuery({ queryKey: keys.saes, queryFn: ({ signal }) => api.listSaes({ signal }) })
  const extractions = useQuery({
    queryKey: keys.extractions(),
    queryFn: ({ signal }) => api.listExtractions({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
  const steering = useQuery({ queryKey: keys.steerings, queryFn: ({ signal }) => api.listSteering({ signal }) })
  const trainings = useQuery({
    queryKey: keys.trainings,
    queryFn: ({ signal }) => api.listTrainings({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
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
