// Plain generation with a model, streamed token by token.
import Play from 'lucide-react/icons/play'
import Square from 'lucide-react/icons/square'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useJobAction } from '../../../live/index.js'
import { PromptFields, promptOf, startPrompt, WrittenTokens, whyNotPrompt } from '../../../shared/prompt/index.js'
import { Button, Card, errorText, Field, formatDuration, formatValue, Notice, NumberField } from '../../../ui/index.js'
import { useGeneration } from '../generation.js'

const EXAMPLE = 'Once upon a time'

interface TryItProps {
  modelId: string
  /** Without a cache, a token takes as long as the whole text before it. */
  exported: boolean
}

export function TryIt({ modelId, exported }: TryItProps) {
  const [prompt, setPrompt] = useState(startPrompt(EXAMPLE))
  const [maxTokens, setMaxTokens] = useState<number | null>(60)
  const [temperature, setTemperature] = useState<number | null>(0.7)
  const generation = useGeneration()
  const stop = useJobAction()
  const { running, text, completion, failure, job, milliseconds } = generation
  const problem =
    whyNotPrompt(prompt) ??
    (maxTokens === null || maxTokens < 1 || maxTokens > 2048 || !Number.isInteger(maxTokens)
      ? 'Tokens: a whole number from 1 to 2048.'
      : temperature === null || temperature < 0 || temperature > 5
        ? 'Temperature: 0 to 5.'
        : null)
  const start = () => {
    if (problem || maxTokens === null || temperature === null) return
    generation.start({ modelId, from: promptOf(prompt), maxTokens, temperature })
  }
  return (
    <Card
      title="Try it"
      description={`Lets the model go on from your text. Temperature 0 always takes the likeliest token.${exported ? ' An ONNX export keeps no cache: every token runs the whole text again, so long texts become slow.' : ''}`}
    >
      <div className="grid gap-5 lg:grid-cols-2">
        <div className="space-y-4">
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the button below, for all fields of the prompt */}
          <div onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && start()}>
            <PromptFields modelId={modelId} prompt={prompt} onPrompt={setPrompt} />
          </div>
          <div className="grid grid-cols-2 gap-4">
            <Field label="Tokens">
              <NumberField value={maxTokens} onChange={setMaxTokens} min={1} max={2048} step={10} />
            </Field>
            <Field label="Temperature">
              <NumberField value={temperature} onChange={setTemperature} min={0} max={5} step={0.1} />
            </Field>
          </div>
          <div className="flex flex-wrap gap-2">
            <Button kind="primary" icon={Play} busy={running} disabledReason={problem} onClick={start}>
              Generate
            </Button>
            {running && job && (
              <Button icon={Square} busy={stop.isPending} onClick={() => stop.mutate({ id: job.id, action: 'stop' })}>
                Stop
              </Button>
            )}
          </div>
        </div>
        <div className="flex min-h-44 flex-col rounded-lg border border-line bg-code p-4">
          <p aria-live="polite" className="flex-1 text-sm leading-relaxed whitespace-pre-wrap wrap-anywhere">
            {generation.prompt === null ? (
              <span className="text-muted">The continuation appears here.</span>
            ) : completion ? (
              <WrittenTokens completion={completion} />
            ) : (
              <>
                <span className="text-muted">{generation.prompt}</span>
                <span className="text-heading">{text}</span>
                {running && (
                  <span className="ml-0.5 inline-block h-4 w-2 animate-pulse bg-tone-emerald align-text-bottom" />
                )}
              </>
            )}
          </p>
          {completion && (
            <p className="mt-3 border-t border-line pt-2 text-xs text-muted">
              {completion.tokens.length - completion.promptTokens} tokens
              {milliseconds !== null && ` in ${formatDuration(milliseconds / 1000)}`} ·{' '}
              {formatValue(completion.tokensPerSecond)} tokens/s
              {completion.perplexity !== null && ` · perplexity ${formatValue(completion.perplexity)}`} · ended by{' '}
              {ENDS[completion.finish]}
            </p>
          )}
          {failure !== null && (
            <Notice tone="red" icon={TriangleAlert} className="mt-3">
              {typeof failure === 'string' ? failure : errorText(failure)}
            </Notice>
          )}
        </div>
      </div>
    </Card>
  )
}

const ENDS = {
  length: 'the token limit',
  eos: 'an end-of-text token',
  stop: 'a stop string',
  context: 'the longest input',
  cancelled: 'a stop',
} as const
