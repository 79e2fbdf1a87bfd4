// What a model reads of a prompt: plain, or messages as its chat template writes them.
import type { ChatMessage } from '@mistudio/contracts'
import { useSettled } from '../ui/index.js'
import { useRead } from './read.js'

/** Whether a model has a chat template; false while that is not known. */
export const useHasChatTemplate = (modelId: string): boolean =>
  useRead('previewChat', modelId ? { body: { modelId, messages: [] } } : null, {
    staleTime: Number.POSITIVE_INFINITY,
  }).data?.hasTemplate ?? false

/** The prompt that the model's chat template makes of messages, asked for when they have stood still for half a second. */
export const useChatPreview = (modelId: string, messages: readonly ChatMessage[]) => {
  const settled = useSettled(messages, 500)
  return useRead('previewChat', modelId ? { body: { modelId, messages: [...settled] } } : null, { keep: true })
}

/** How many tokens a plain prompt has, and how many the model can hold; asked for when typing has stopped for half a second. */
export const usePromptTokens = (modelId: string, prompt: string) => {
  const settled = useSettled(prompt, 500)
  return useRead(
    'previewChat',
    modelId && settled.trim() !== '' ? { body: { modelId, messages: [], prompt: settled } } : null,
    { keep: true, staleTime: Number.POSITIVE_INFINITY },
  )
}
