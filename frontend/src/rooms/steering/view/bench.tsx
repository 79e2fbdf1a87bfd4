// The draft with its controls, and the results of the experiment on the bench.
import type { Extraction, Steering } from '@mistudio/contracts'
import CircleStop from 'lucide-react/icons/circle-stop'
import Zap from 'lucide-react/icons/zap'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { isActive, useJobAction } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { PromptFields } from '../../../shared/prompt/prompt-fields.js'
import { Button, Card, errorText, Field, formatCount, Notice, Select, useHotkey } from '../../../ui/index.js'
import { useCreateSteering } from '../api.js'
import { type SteeringDraft, toRequest, whyNot } from '../draft.js'
import { ExperimentFields } from './experiment-fields.js'
import { FeaturePicker } from './feature-picker.js'
import { Results } from './results.js'
import { SamplingFields } from './sampling-fields.js'
import { Variants } from './variants.js'

interface Props {
  extractions: readonly Extraction[]
  steering: Steering | null
  initial: SteeringDraft
}

export function Bench({ extractions, steering, initial }: Props) {
  const [typed, setDraft] = useState(initial)
  const navigate = useNavigate()
  const create = useCreateSteering()
  const action = useJobAction()
  const extraction =
    extractions.find((one) => one.id === typed.extractionId) ?? (typed.extractionId === '' ? extractions[0] : undefined)
  const draft = { ...typed, extractionId: extraction?.id ?? '', modelId: extraction?.modelId ?? '' }
  const job = steering?.job ?? null
  const running = isActive(job)
  const reason = whyNot(draft)
  const generate = () => {
    const request = toRequest(draft)
    if (!request || running || create.isPending) return
    create.mutate(request, { onSuccess: (made) => void navigate(places.experiment({ id: made.id })) })
  }
  const stop = () => job && action.mutate({ id: job.id, action: job.state === 'running' ? 'stop' : 'cancel' })
  useHotkey('mod+enter', generate, { label: 'Generate', inInputs: true })
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[400px_minmax(0,1fr)]">
      <Card>
        <div className="space-y-5">
          <Field label="SAE and extraction" hint={extraction && `${extraction.modelName} · ${extraction.site}`}>
            <Select
              value={extraction?.id ?? ''}
              onChange={(extractionId) =>
                setDraft({
                  ...draft,
                  extractionId,
                  features: [],
                  variants: draft.variants.map((one) => ({ ...one, strengths: {} })),
                })
              }
              options={extractions.map((one) => ({
                value: one.id,
                label: `${one.saeName} · ${one.datasetName} · ${formatCount(one.dSae)} features`,
              }))}
              placeholder="The extraction of this experiment is gone"
            />
          </Field>
          {extraction && <FeaturePicker extraction={extraction} draft={draft} onDraft={setDraft} />}
          <PromptFields
            modelId={draft.modelId}
            prompt={draft.prompt}
            onPrompt={(prompt) => setDraft({ ...draft, prompt })}
          />
          {draft.features.length > 0 && <Variants draft={draft} onDraft={setDraft} />}
          <SamplingFields sampling={draft.sampling} onSampling={(sampling) => setDraft({ ...draft, sampling })}>
            <ExperimentFields draft={draft} onDraft={setDraft} />
          </SamplingFields>
          {create.error && <Notice tone="red">{errorText(create.error)}</Notice>}
          <div className="flex flex-wrap items-center gap-3">
            {running ? (
              <Button icon={CircleStop} busy={action.isPending} onClick={stop}>
                Cancel
              </Button>
            ) : (
              <Button
                kind="primary"
                icon={Zap}
                busy={create.isPending}
                disabledReason={reason}
                showReason
                onClick={generate}
              >
                Generate
              </Button>
            )}
            {!reason && (
              <span className="text-xs text-muted">{running ? 'Text written so far is kept.' : 'Ctrl-Enter'}</span>
            )}
          </div>
        </div>
      </Card>
      {steering ? (
        <Results key={steering.id} steering={steering} />
      ) : (
        <p className="rounded-lg border border-dashed border-line-strong px-6 py-16 text-center text-sm text-body">
          The text without steering and one column for every strength appear here, token by token.
        </p>
      )}
    </div>
  )
}
