// How much of a model's context a prompt takes, and whether it fits, before anything is run.
import { useChatPreview, usePromptTokens } from '../../data/chat.js'
import { messagesOf, type PromptDraft, type PromptRoom, roomOf } from './prompt.js'

export const usePromptRoom = (modelId: string, prompt: PromptDraft): PromptRoom => {
  const chat = prompt.mode === 'chat'
  const plain = usePromptTokens(chat ? '' : modelId, prompt.text)
  const written = useChatPreview(chat ? modelId : '', messagesOf(prompt))
  const counted = chat ? written.data : plain.data
  if (chat && counted?.refusal) return { tokens: null, limit: counted.contextLimit, refusal: counted.refusal }
  return prompt.mode === 'text' && prompt.text.trim() === '' ? roomOf(undefined) : roomOf(counted)
}
