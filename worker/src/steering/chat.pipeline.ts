// steering.chat: shows what a model's chat template makes of messages. Runs no model, but asks the store of open ones, so that a
// large tokenizer is read once and not at every keystroke.
import { AppError, type ChatPreview, ChatPreviewParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import { modelStore } from '../models/index.js'
import { pipeline } from '../runner/context.js'
import type { Tokenizer } from '../tokenizer/index.js'
import { chatIds } from './prompt.js'

type Params = z.infer<typeof ChatPreviewParamsSchema>

export const chatPipeline = pipeline('steering.chat', {
  run: async ({ job, threads }) => {
    const { tokenizer } = await modelStore.open(job.params.modelPath, threads, job.params.precision)
    return { state: 'completed', result: preview(tokenizer, job.params) }
  },
})

function preview(tokenizer: Tokenizer, { messages }: Params): ChatPreview {
  const hasTemplate = tokenizer.chat !== null
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
