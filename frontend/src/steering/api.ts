// Queries and changes of the steering room.
import type { ChatMessage, CreateSteering } from '@mistudio/contracts'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, hasActiveJob, keys, pollWhile, queryClient } from '../live/index.js'

export const useSteerings = () =>
  useQuery({
    queryKey: keys.steerings,
    queryFn: ({ signal }) => api.listSteering({ signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

export const useSteering = (id: string | null) =>
  useQuery({
    queryKey: keys.steering(id ?? 'none'),
    queryFn: ({ signal }) => api.getSteering({ params: { id: id ?? '' }, signal }),
    enabled: id !== null,
    refetchInterval: pollWhile(hasActiveJob),
  })

const refreshList = () => queryClient.invalidateQueries({ queryKey: keys.steerings, exact: true })

export const useCreateSteering = () =>
  useMutation({
    mutationFn: (body: CreateSteering) => api.createSteering({ body }),
    onSuccess: (steering) => {
      queryClient.setQueryData(keys.steering(steering.id), steering)
      void refreshList()
    },
  })

/** Gives the experiment a name (saved) or takes it away (history). */
export const useNameSteering = () =>
  useMutation({
    mutationFn: ({ id, name, seen }: { id: string; name: string | null; seen: string }) =>
      api.updateSteering({ params: { id }, body: { name }, seen }),
    onSuccess: (steering) => {
      queryClient.setQueryData(keys.steering(steering.id), steering)
      void refreshList()
    },
  })

export const deleteSteering = async (id: string): Promise<void> => {
  await api.deleteSteering({ params: { id } })
  queryClient.removeQueries({ queryKey: keys.steering(id) })
  await refreshList()
}

/** `value` once it has stood still for `ms`. */
const useSettled = <T>(value: T, ms: number): T => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** Whether a model has a chat template; false while that is not known. */
export const useHasChatTemplate = (modelId: string): boolean =>
  useQuery({
    queryKey: keys.chatPreview(modelId, ''),
    queryFn: ({ signal }) => api.previewChat({ body: { modelId, messages: [] }, signal }),
    enabled: modelId !== '',
    staleTime: Number.POSITIVE_INFINITY,
  }).data?.hasTemplate ?? false

/** The prompt that the model's chat template makes of messages, asked for when they have stood still for half a second. */
export const useChatPreview = (modelId: string, messages: readonly ChatMessage[]) => {
  const text = useSettled(JSON.stringify(messages), 500)
  return useQuery({
    queryKey: keys.chatPreview(modelId, text),
    queryFn: ({ signal }) =>
      api.previewChat({ body: { modelId, messages: JSON.parse(text) as ChatMessage[] }, signal }),
    enabled: modelId !== '',
    placeholderData: keepPreviousData,
  })
}
