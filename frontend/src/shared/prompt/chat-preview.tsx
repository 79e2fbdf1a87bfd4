// What the model will read: the conversation as its chat template writes it, token by token.
import { useState } from 'react'
import { useChatPreview } from '../../data/chat.js'
import { ReadableTokens, visibleToken } from '../../tokens/index.js'
import { errorText, formatCount, Notice, Skeleton } from '../../ui/index.js'
import { messagesOf, type PromptDraft } from './prompt.js'

export function ChatPreview({ modelId, prompt }: { modelId: string; prompt: PromptDraft }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit text-xs text-muted hover:text-heading">The prompt as the model reads it</summary>
      <div className="mt-2">{open && <Rendered modelId={modelId} prompt={prompt} />}</div>
    </details>
  )
}

function Rendered({ modelId, prompt }: { modelId: string; prompt: PromptDraft }) {
  const { data, error } = useChatPreview(modelId, messagesOf(prompt))
  if (error) return <Notice tone="red">{errorText(error)}</Notice>
  if (!data) return <Skeleton className="h-20" />
  if (!data.hasTemplate) return <Notice tone="amber">This model has no chat template.</Notice>
  if (data.refusal !== null) return <Notice tone="amber">{data.refusal}</Notice>
  const tokens = data.tokens ?? []
  return (
    <>
      <div className="max-h-56 overflow-y-auto rounded-lg border border-line bg-code p-3">
        <ReadableTokens
          label="The rendered prompt"
          tokens={tokens.map((token, index) => ({
            text: token.text,
            className: index % 2 === 0 ? 'bg-tile' : undefined,
          }))}
          detail={(index) => `${visibleToken(tokens[index]?.text ?? '')} · token ${tokens[index]?.id}`}
        />
      </div>
      <p className="mt-1 text-xs text-muted">{formatCount(tokens.length)} tokens</p>
    </>
  )
}
