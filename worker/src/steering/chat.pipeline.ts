// steering.chat: shows what a model reads of a prompt, or of messages as its chat template writes them. Runs no model, but asks the store of open ones, so that a
// large tokenizer is read once and not at every keystroke.
import { AppError, type ChatPreview, ChatPreviewParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import { modelStore, promptIds } from '../models/index.js'
import { pipeline } from '../runner/context.js'
import type { Tokenizer } from '../tokenizer/index.js'
import { chatIds } from './prompt.js'

type Params = z.infer<typeof ChatPreviewParamsSchema>

export const chatPipeline = pipeline('steering.chat', {
  run: async ({ job, threads }) => {
    const { tokenizer, model } = await modelStore.open(job.params.modelPath, threads, job.params.precision)
    const preview = previewOf(tokenizer, job.params)
    return { state: 'completed', result: { ...preview, contextLimit: model.contextLimit } }
  },
})

function previewOf(tokenizer: Tokenizer, { messages, prompt }: Params): Omit<ChatPreview, 'contextLimit'> {
  const hasTemplate = tokenizer.chat !== null
  if (prompt !== undefined) return { hasTemplate, tokens: tokenizer.spans(promptIds(tokenizer, prompt)), refusal: null }
  if (!hasTemplate || messages.length === 0) return { hasTemplate, tokens: null, refusal: null }
  try {
    return { hasTemplate, tokens: tokenizer.spans(chatIds(tokenizer, messages)), refusal: null }
  } catch (error) {
    // A refusal is the answer here: the person is still typing the messages.
    if (error instanceof AppError && error.code === 'prompt_invalid')
      return { hasTemplate, tokens: null, refusal: error.message }
    throw error
  }
}
