// What a model reads of a prompt: plain, or messages as its chat template writes them.
import type { ChatMessage } from '@mistudio/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, keys } from '../live/index.js'

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

/** How many tokens a plain prompt has, and how many the model can hold; asked for when typing has stopped for half a second. */
export const usePromptTokens = (modelId: string, prompt: string) => {
  const settled = useSettled(prompt, 500)
  return useQuery({
    queryKey: keys.chatPreview(modelId, `text:${settled}`),
    queryFn: ({ signal }) => api.previewChat({ body: { modelId, messages: [], prompt: settled }, signal }),
    enabled: modelId !== '' && settled.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })
}
