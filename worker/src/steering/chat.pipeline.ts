// steering.chat: shows what a model's chat template makes of messages. Reads the tokenizer only.
import { AppError, type ChatPreview, ChatPreviewParamsSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import type { Pipeline } from '../runner/context.js'
import { openTokenizer } from '../tokenizer/index.js'
import { chatIds } from './prompt.js'

type Params = z.infer<typeof ChatPreviewParamsSchema>

export const chatPipeline: Pipeline<Params> = {
  kind: 'steering.chat',
  parse: (params) => ChatPreviewParamsSchema.parse(params),
  run: async ({ job }) => ({ state: 'completed', result: await preview(job.params) }),
}

async function preview({ modelPath, messages }: Params): Promise<ChatPreview> {
  const tokenizer = await openTokenizer(modelPath)
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
