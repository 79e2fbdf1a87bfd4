// What the training room asks and changes.
import {
  AppError,
  type BranchTraining,
  type CreateSweep,
  type CreateTemplate,
  type CreateTraining,
  TemplateFileSchema,
  type Training,
} from '@mistudio/contracts'
import { useMutation, useQueries } from '@tanstack/react-query'
import { useEffect } from 'react'
import { read, send, useTrainings as useAllTrainings, useRead } from '../../data/index.js'
import { api, isActive, keyOf, queryClient } from '../../live/index.js'
import { useSettled } from '../../ui/index.js'
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
  const trainings = useAllTrainings()
  useRenewal(keyOf('listTrainings'), trainings.data?.some(({ job }) => isActive(job)) ?? false)
  return trainings
}

export const useTraining = (id: string) => {
  const training = useRead('getTraining', { params: { id } })
  useRenewal(keyOf('getTraining', { params: { id } }), isActive(training.data?.job ?? null))
  return training
}

/** The stored curves with the number of the newest event they contain. Re-read when the job changes state. */
export const useMetricsSnapshot = (id: string) =>
  useRead('trainingMetrics', { params: { id } }, { staleTime: Number.POSITIVE_INFINITY })

/** Metrics of several trainings, in their order; those of running ones are read again every few seconds. */
export const useMetricsOf = (trainings: readonly Training[]) =>
  useQueries({
    queries: trainings.map(({ id, job }) =>
      Object.assign(read('trainingMetrics', { params: { id } }), {
        refetchInterval: isActive(job) ? 3000 : (false as const),
      }),
    ),
  }).map(({ data }) => data)

export const useModelTokenizations = (modelId: string | null) =>
  useRead('listTokenizations', modelId === null ? null : { query: { modelId } }, {
    select: (all) => all.filter((one) => one.status === 'ready'),
  })

/** Captures that a training on this model can read. */
export const useTrainableCaptures = (modelId: string) =>
  useRead('listCaptures', {}, { select: (all) => trainableCaptures(all, modelId) })

/** Memory and time of a request; null asks nothing. Asked half a second after the last change. */
export const useEstimate = (request: CreateTraining | null) => {
  const settled = useSettled(request && { ...request, name: undefined }, 500)
  return useRead('estimateTraining', settled && { body: settled }, {
    keep: (before) => (settled === null ? undefined : before),
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
  if (request.kind === 'sweep') return send('createSweep', { body: request.body })
  if (request.kind === 'branch')
    return [await send('branchTraining', { params: { id: request.id }, body: request.body })]
  return [await send('createTraining', { body: request.body })]
}

/** Starts trainings and answers them. */
export const useStart = () => useMutation({ mutationFn: start })

export const deleteCheckpoint = (id: string, step: number) => send('deleteCheckpoint', { params: { id, step } })

/** Address of a training's metrics as a file. */
export const metricsFile = (id: string, format: 'csv' | 'json'): string =>
  api.urls.trainingMetricsFile({ params: { id }, query: { format } })

export const useTemplates = () => useRead('listTemplates')
export const saveTemplate = (body: CreateTemplate) => send('createTemplate', { body })
export const deleteTemplate = (id: string) => send('deleteTemplate', { params: { id } })
/** Templates of a file; how many there were. @throws AppError when it is none. */
export const importTemplates = async (file: unknown): Promise<number> => {
  const parsed = TemplateFileSchema.safeParse(file)
  if (!parsed.success) {
    throw new AppError('validation_failed', 'This file holds no training templates. Choose one that was exported here.')
  }
  return (await send('importTemplates', { body: parsed.data })).length
}

export const deleteTraining = (id: string) => send('deleteTraining', { params: { id } })
