// Queries and changes of the training room. The form's lists of models and tokenizations are read here too, under the shared keys.
import {
  AppError,
  type BranchTraining,
  type CreateSweep,
  type CreateTemplate,
  type CreateTraining,
  TemplateFileSchema,
  type Training,
} from '@mistudio/contracts'
import { useMutation, useQueries, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, hasActiveJob, isActive, keys, pollWhile, queryClient } from '../../live/index.js'
import { trainableCaptures } from './capture-choice.js'

/** Live messages renew the jobs of trainings, not their newest values, checkpoints and alerts: those are read again now and then. */
const RENEW_MS = 4000
const useRenewal = (key: readonly unknown[], active: boolean): void => {
  const name = JSON.stringify(key)
  useEffect(() => {
    if (!active) return
    const timer = setInterval(
      () => void queryClient.invalidateQueries({ queryKey: JSON.parse(name), exact: true }),
      RENEW_MS,
    )
    return () => clearInterval(timer)
  }, [name, active])
}

export const useTrainings = () => {
  const trainings = useQuery({
    queryKey: keys.trainings,
    queryFn: ({ signal }) => api.listTrainings({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
  useRenewal(keys.trainings, trainings.data?.some(({ job }) => isActive(job)) ?? false)
  return trainings
}

export const useTraining = (id: string) => {
  const training = useQuery({
    queryKey: keys.training(id),
    queryFn: ({ signal }) => api.getTraining({ params: { id }, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })
  useRenewal(keys.training(id), isActive(training.data?.job ?? null))
  return training
}

/** The stored curves with the number of the newest event they contain. Re-read when the job changes state. */
export const useMetricsSnapshot = (id: string) =>
  useQuery({
    queryKey: keys.trainingMetrics(id),
    queryFn: ({ signal }) => api.trainingMetrics({ params: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Metrics of several trainings, in their order; those of running ones are read again every few seconds. */
export const useMetricsOf = (trainings: readonly Training[]) =>
  useQueries({
    queries: trainings.map(({ id, job }) => ({
      queryKey: keys.trainingMetrics(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => api.trainingMetrics({ params: { id }, signal }),
      refetchInterval: isActive(job) ? 3000 : (false as const),
    })),
  }).map(({ data }) => data)

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

/** Captures that a training on this model can read. */
export const useTrainableCaptures = (modelId: string) =>
  useQuery({
    queryKey: keys.captures,
    queryFn: ({ signal }) => api.listCaptures({ signal }),
    select: (all) => trainableCaptures(all, modelId),
  })

/** `value` once it has stood still for `ms`. */
const useDebounced = <T>(value: T, ms: number): T => {
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

/** What the form starts: one training, a sweep, or a branch of another training. */
export type StartRequest =
  | { readonly kind: 'one'; readonly body: CreateTraining }
  | { readonly kind: 'sweep'; readonly body: CreateSweep }
  | { readonly kind: 'branch'; readonly id: string; readonly body: BranchTraining }

const start = async (request: StartRequest): Promise<Training[]> => {
  if (request.kind === 'sweep') return api.createSweep({ body: request.body })
  if (request.kind === 'branch') return [await api.branchTraining({ params: { id: request.id }, body: request.body })]
  return [await api.createTraining({ body: request.body })]
}

const remember = (trainings: readonly Training[]): void => {
  for (const training of trainings) queryClient.setQueryData(keys.training(training.id), training)
  void queryClient.invalidateQueries({ queryKey: keys.trainings, exact: true })
}

/** Starts trainings and answers them. */
export const useStart = () => useMutation({ mutationFn: start, onSuccess: remember })

export const useExtend = (id: string) =>
  useMutation({
    mutationFn: (steps: number) => api.extendTraining({ params: { id }, body: { steps } }),
    onSuccess: (training) => remember([training]),
  })

export const deleteCheckpoint = async (id: string, step: number): Promise<void> => {
  await api.deleteCheckpoint({ params: { id, step } })
  await queryClient.invalidateQueries({ queryKey: keys.training(id), exact: true })
}

/** Address of a training's metrics as a file. */
export const metricsFile = (id: string, format: 'csv' | 'json'): string =>
  api.urls.trainingMetricsFile({ params: { id }, query: { format } })

export const useTemplates = () =>
  useQuery({ queryKey: keys.templates, queryFn: ({ signal }) => api.listTemplates({ signal }) })

const renewTemplates = () => queryClient.invalidateQueries({ queryKey: keys.templates })
export const saveTemplate = async (body: CreateTemplate): Promise<void> => {
  await api.createTemplate({ body })
  await renewTemplates()
}
export const deleteTemplate = async (id: string): Promise<void> => {
  await api.deleteTemplate({ params: { id } })
  await renewTemplates()
}
/** Templates of a file; how many there were. @throws AppError when it is none. */
export const importTemplates = async (file: unknown): Promise<number> => {
  const parsed = TemplateFileSchema.safeParse(file)
  if (!parsed.success) {
    throw new AppError('validation_failed', 'This file holds no training templates. Choose one that was exported here.')
  }
  const imported = await api.importTemplates({ body: parsed.data })
  await renewTemplates()
  return imported.length
}

export const deleteTraining = async (id: string): Promise<void> => {
  await api.deleteTraining({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.training(id) })
  await queryClient.invalidateQueries({ queryKey: keys.trainings, exact: true })
}
