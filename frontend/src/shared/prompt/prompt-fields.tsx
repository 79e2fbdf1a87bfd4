// The prompt of a text: plain, or, where the model has a chat template, the turns of a conversation.
import { useHasChatTemplate } from '../../data/chat.js'
import { Field, Select, Textarea } from '../../ui/index.js'
import { ChatPreview } from './chat-preview.js'
import { ChatTurns } from './chat-turns.js'
import type { PromptDraft } from './prompt.js'

interface Props {
  modelId: string
  prompt: PromptDraft
  onPrompt(prompt: PromptDraft): void
}

const MODES = [
  { value: 'text', label: 'Text to continue' },
  { value: 'chat', label: 'Conversation' },
] as const

export function PromptFields({ modelId, prompt, onPrompt }: Props) {
  const hasTemplate = useHasChatTemplate(modelId)
  // A conversation stays visible even when its model is gone, so that it can be read.
  const choice = hasTemplate || prompt.mode === 'chat'
  return (
    <div className="space-y-3">
      {choice && (
        <Field label="Start from">
          <Select<PromptDraft['mode']>
            value={prompt.mode}
            onChange={(mode) => onPrompt({ ...prompt, mode })}
            options={MODES}
          />
        </Field>
      )}
      {prompt.mode === 'chat' ? (
        <>
          <ChatTurns prompt={prompt} onPrompt={onPrompt} />
          <ChatPreview modelId={modelId} prompt={prompt} />
        </>
      ) : (
        <Field label="Prompt" required>
          <Textarea
            rows={4}
            maxLength={8000}
            value={prompt.text}
            placeholder="Once upon a time"
            onChange={(event) => onPrompt({ ...prompt, text: event.target.value })}
          />
        </Field>
      )}
    </div>
  )
}
