// What is written from, and the button that writes: always at the top, so that no scrolling stands before a try.
import CircleStop from 'lucide-react/icons/circle-stop'
import Zap from 'lucide-react/icons/zap'
import { PromptFields } from '../../../shared/prompt/prompt-fields.js'
import { Button, errorText, Notice } from '../../../ui/index.js'
import type { SteeringDraft } from '../draft.js'

interface Props {
  draft: SteeringDraft
  onDraft(draft: SteeringDraft): void
  /** Why it cannot be run; null when it can. */
  reason: string | null
  running: boolean
  busy: boolean
  error: unknown
  onGenerate(): void
  onStop(): void
}

export function PromptCard({ draft, onDraft, reason, running, busy, error, onGenerate, onStop }: Props) {
  return (
    <section aria-label="Prompt" className="min-w-0 rounded-lg border border-line bg-card p-4">
      <div className="flex flex-wrap items-start gap-4">
        <div className="min-w-0 flex-1 basis-96">
          <PromptFields
            presets
            rows={2}
            modelId={draft.modelId}
            prompt={draft.prompt}
            onPrompt={(prompt) => onDraft({ ...draft, prompt })}
          />
        </div>
        <div className="flex w-44 flex-col items-start gap-1.5 sm:pt-7">
          {running ? (
            <Button icon={CircleStop} busy={busy} onClick={onStop} className="w-full">
              Stop
            </Button>
          ) : (
            <Button
              kind="primary"
              icon={Zap}
              busy={busy}
              disabledReason={reason}
              onClick={onGenerate}
              className="w-full"
            >
              Generate
            </Button>
          )}
          <p className="text-xs text-muted" role="status">
            {running ? 'What is written so far is kept.' : (reason ?? 'Ctrl-Enter')}
          </p>
        </div>
      </div>
      {error ? (
        <Notice tone="red" className="mt-3">
          {errorText(error)}
        </Notice>
      ) : null}
    </section>
  )
}
