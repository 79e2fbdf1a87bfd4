// The prompt of a text: plain, or, where the model has a chat template, the turns of a conversation.
import { useHasChatTemplate } from '../../data/chat.js'
import { Field, formatNumber, plural, Select, Textarea } from '../../ui/index.js'
import { ChatPreview } from './chat-preview.js'
import { ChatTurns } from './chat-turns.js'
import { PROMPTS, type PromptDraft, type PromptRoom } from './prompt.js'
import { usePromptRoom } from './room.js'

interface Props {
  modelId: string
  prompt: PromptDraft
  onPrompt(prompt: PromptDraft): void
  /** Lines of the field of a plain prompt. */
  rows?: number
  /** Offer prompts to begin with. */
  presets?: boolean
}

const MODES = [
  { value: 'text', label: 'Text to continue' },
  { value: 'chat', label: 'Conversation' },
] as const

export function PromptFields({ modelId, prompt, onPrompt, rows = 4, presets = false }: Props) {
  const room = usePromptRoom(modelId, prompt)
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
        <div className="space-y-1.5">
          <Field label="Prompt" required error={room.refusal} hint={<Count room={room} />}>
            <Textarea
              rows={rows}
              maxLength={8000}
              value={prompt.text}
              placeholder="Once upon a time"
              onChange={(event) => onPrompt({ ...prompt, text: event.target.value })}
            />
          </Field>
          {presets && (
            // biome-ignore lint/a11y/useSemanticElements: a row of buttons, not a part of a form
            <div role="group" aria-label="Prompts to begin with" className="flex flex-wrap gap-1.5">
              {PROMPTS.map(({ label, text }) => (
                <button
                  key={label}
                  type="button"
                  title={text}
                  onClick={() => onPrompt({ ...prompt, text })}
                  className="h-6 rounded-md border border-line px-2 text-xs text-body hover:border-line-strong hover:text-heading"
                >
                  {label}
                </button>
              ))}
            </div>
          )}
        </div>
      )}
    </div>
  )
}

function Count({ room: { tokens, limit } }: { room: PromptRoom }) {
  if (tokens === null || limit === null) return <span>Tokens are counted when you stop typing.</span>
  return (
    <span className="tabular-nums">
      {plural(tokens, 'token')} of the {formatNumber(limit)} that the model holds
    </span>
  )
}
