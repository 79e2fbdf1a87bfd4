// What an experiment starts from: a text to continue, or a conversation as the model's chat template writes it.
import { AppError, type ChatMessage } from '@mistudio/contracts'
import { promptIds } from '../models/index.js'
import type { Tokenizer } from '../tokenizer/index.js'

export interface PromptSource {
  readonly prompt: string
  readonly messages?: readonly ChatMessage[] | undefined
}

/**
 * Token ids of a conversation up to the assistant's answer. Nothing is put before them: the template writes BOS where the model wants it.
 * @throws AppError `prompt_invalid` without a template or when it refuses the messages.
 */
export function chatIds(tokenizer: Tokenizer, messages: readonly ChatMessage[]): Int32Array {
  if (tokenizer.chat === null)
    throw new AppError(
      'prompt_invalid',
      'This model has no chat template, so a conversation cannot be written the way it was trained on. Use a plain prompt.',
    )
  const ids = tokenizer.encode(tokenizer.chat.render(messages))
  if (ids.length === 0)
    throw new AppError('prompt_invalid', 'The chat template makes an empty prompt of these messages.')
  return Int32Array.from(ids)
}

/** Token ids that an experiment starts from. @throws AppError as `chatIds`. */
export const startIds = (tokenizer: Tokenizer, { prompt, messages }: PromptSource): Int32Array =>
  messages ? chatIds(tokenizer, messages) : promptIds(tokenizer, prompt)
