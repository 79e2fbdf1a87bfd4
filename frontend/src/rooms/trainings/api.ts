// What the training room asks and changes.
import {
  AppError,
  type BranchTraining,
  type CreateSweep,
  type CreateTemplate,
  type CreateTraining,
  subjectChannel,
  TemplateFileSchema,
  type Training,
  TrainingNoticeSchema,
} from '@mistudio/contracts'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { ask, send, useTrainings as useAllTrainings, useRead, useRunValues, withValues } from '../../data/index.js'
import { api, isActive, joinChannel, keyOf, onJobEvents, queryClient } from '../../live/index.js'
import { useSettled } from '../../ui/index.js'
import { trainableCaptures } from './capture-choice.js'

/** Cached answers of this room with a change applied to the training of this id, alone or in lists. */
const patchTraining = (id: string, change: (training: Training) => Training): void => {
  const one = (value: unknown): unknown => (isTraining(value, id) ? change(value) : value)
  queryClient.setQueriesData({ queryKey: keyOf('listTrainings') }, (cached: unknown) =>
    Array.isArray(cached)
      ? cached.map(one)
      : isPage(cached)
        ? Object.assign({}, cached, { items: cached.items.map(one) })
        : one(cached),
  )
}
const isPage = (value: unknown): value is { items: unknown[] } =>
  typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)
const isTraining = (value: unknown, id: string): value is Training =>
  typeof value === 'object' && value !== null && 'id' in value && value.id === id && 'latest' in value

/** Reads one training again: its checkpoints or alerts changed. */
const renewTraining = async (id: string): Promise<void> => {
  const training = await ask('getTraining', { params: { id } })
  patchTraining(id, () => training)
}

/** Messages renew the jobs of trainings; here their newest values, checkpoints and alerts follow the running ones. */
export const useLiveTrainings = (trainings: readonly Training[]): void => {
  const running = trainings.filter(({ job }) => isActive(job))
  useRunValues(
    running.map(({ id }) => id),
    (values) =>
      patchTraining(values.runId, (training) => {
        return { ...training, latest: withValues(training.latest, values) }
      }),
  )
  const jobs = JSON.stringify(running.map(({ id, groupId, job }) => [id, groupId, job?.id]))
  useEffect(() => {
    const ends = (JSON.parse(jobs) as [string, string, string][]).flatMap(([id, groupId, jobId]) => [
      joinChannel(subjectChannel('training', groupId)),
      onJobEvents(jobId, ({ type, payload }) => {
        if (type !== 'checkpoint' && type !== 'alert') return
        if (TrainingNoticeSchema.parse(payload).trainingId === id) void renewTraining(id).catch(() => undefined)
      }),
    ])
    return () => {
      for (const end of ends) end()
    }
  }, [jobs])
}

export const useTrainings = () => {
  const trainings = useAllTrainings()
  useLiveTrainings(trainings.data ?? [])
  return trainings
}

export const useTraining = (id: string) => {
  const training = useRead('getTraining', { params: { id } })
  useLiveTrainings(training.data ? [training.data] : [])
  return training
}

export const useModelTokenizations = (modelId: string | null) =>
  useRead('listTokenizations', modelId === null ? null : { query: { modelId, ready: 'true' } })

/** Captures that a training on this model can read. */
export const useTrainableCaptures = (modelId: string) =>
  useRead('listCaptures', { query: { modelId, ready: 'true' } }, { select: (all) => trainableCaptures(all, modelId) })

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
