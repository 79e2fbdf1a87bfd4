// One plain generation: request, streamed text, result. The finished text comes from the result, so a lost stream loses nothing.
import { type ChatMessage, STEERING_TOKENS_EVENT, SteeringTokensSchema, subjectChannel } from '@mistudio/contracts'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { send, useRead } from '../../data/index.js'
import { isActive, useJobEvents } from '../../live/index.js'

export interface GenerationRequest {
  modelId: string
  /** Text to continue or conversation to answer. */
  from: { prompt: string } | { messages: ChatMessage[] }
  maxTokens: number
  temperature: number
}

export const useGeneration = () => {
  const [streamed, setStreamed] = useState('')
  const [id, setId] = useState<string | null>(null)
  const create = useMutation({
    mutationFn: ({ modelId, from, maxTokens, temperature }: GenerationRequest) =>
      send('createSteering', {
        body: { modelId, ...from, variants: [], sampling: { maxTokens, temperature, seed: Date.now() % 2 ** 31 } },
      }),
    onSuccess: (steering) => setId(steering.id),
  })
  const steering = useRead('getSteering', id === null ? null : { params: { id } }).data
  const job = steering?.job ?? null
  useJobEvents(job?.id ?? null, id ? subjectChannel('steering', id) : null, {
    active: isActive(job),
    onEvents: (events) => {
      for (const event of events) {
        if (event.type !== STEERING_TOKENS_EVENT) continue
        const parsed = SteeringTokensSchema.safeParse(event.payload)
        if (parsed.success)
          setStreamed((text) =>
            parsed.data.rows.filter((row) => row.row === 0).reduce((sum, row) => sum + row.text, text),
          )
      }
    },
  })
  const completion = steering?.result?.completions[0] ?? null
  const failed = job?.state === 'failed' || job?.state === 'cancelled'
  return {
    start: (request: GenerationRequest) => {
      setStreamed('')
      setId(null)
      create.mutate(request)
    },
    /** What the text shown starts from: the prompt, nothing for a conversation, null before the first one. */
    prompt: create.variables ? ('prompt' in create.variables.from ? create.variables.from.prompt : '') : null,
    text: completion?.text ?? streamed,
    completion,
    milliseconds: steering?.result?.milliseconds ?? null,
    job,
    running: create.isPending || (id !== null && !completion && !failed),
    failure: create.error ?? (failed ? (job?.error?.message ?? 'It was cancelled.') : null),
  }
}
