// Queries and changes of the training room. The form's lists of models and tokenizations are read here too, under the shared keys.
import type { CreateTraining } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, hasActiveJob, keys, pollWhile, queryClient } from '../live/index.js'

export const useTrainings = () =>
  useQuery({
    queryKey: keys.trainings,
    queryFn: ({ signal }) => api.listTrainings({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const useTraining = (id: string) =>
  useQuery({
    queryKey: keys.training(id),
    queryFn: ({ signal }) => api.getTraining({ params: { id }, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

/** The stored curves with the number of the newest event they contain. Re-read when the job changes state. */
export const useMetricsSnapshot = (id: string) =>
  useQuery({
    queryKey: keys.trainingMetrics(id),
    queryFn: ({ signal }) => api.trainingMetrics({ params: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useReadyModels = () =>
  useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => api.listModels({ signal }),
    select: (models) => models.filter((model) => model.status === 'ready'),
  })

export const useModelTokenizations = (modelId: string | null) =>
  useQuery({
    queryKey: keys.tokenizations(modelId ? { modelId } : {}),
    queryFn: ({ signal }) => api.listTokenizations({ query: modelId ? { modelId } : {}, signal }),
    enabled: modelId !== null,
    select: (all) => all.filter((one) => one.status === 'ready'),
  })

/** `value` once it has stood still for `ms`. */
export const useDebounced = <T>(value: T, ms: number): T => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** Memory and time of a request; null asks nothing. Asked half a second after the last change. */
export const useEstimate = (request: CreateTraining | null) => {
  const text = useDebounced(request ? JSON.stringify({ ...request, name: undefined }) : null, 500)
  return useQuery({
    queryKey: ['training-estimate', text],
    queryFn: ({ signal }) => api.estimateTraining({ body: JSON.parse(text ?? '') as CreateTraining, signal }),
    enabled: text !== null,
    placeholderData: (before) => (text === null ? undefined : before),
    retry: false,
    staleTime: 30_000,
  })
}

export const useCreateTraining = () =>
  useMutation({
    mutationFn: (body: CreateTraining) => api.createTraining({ body }),
    onSuccess: (training) => {
      queryClient.setQueryData(keys.training(training.id), training)
      void queryClient.invalidateQueries({ queryKey: keys.trainings, exact: true })
    },
  })

export const deleteTraining = async (id: string): Promise<void> => {
  await api.deleteTraining({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.training(id) })
  await queryClient.invalidateQueries({ queryKey: keys.trainings, exact: true })
}
