// The draft with its controls, and the results of the experiment on the bench.
import type { Extraction, Steering } from '@mistudio/contracts'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useSend } from '../../../data/index.js'
import { isActive, useJobAction } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { usePromptRoom } from '../../../shared/prompt/room.js'
import { cx, Field, formatCount, Select, useHotkey } from '../../../ui/index.js'
import { type SteeringDraft, toRequest, whyNot } from '../draft.js'
import { ExperimentFields } from './experiment-fields.js'
import { FeaturePicker } from './feature-picker.js'
import { PromptCard } from './prompt-card.js'
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
  const create = useSend('createSteering')
  const action = useJobAction()
  const extraction =
    extractions.find((one) => one.id === typed.extractionId) ?? (typed.extractionId === '' ? extractions[0] : undefined)
  const draft = { ...typed, extractionId: extraction?.id ?? '', modelId: extraction?.modelId ?? '' }
  const job = steering?.job ?? null
  const running = isActive(job)
  const room = usePromptRoom(draft.modelId, draft.prompt)
  const reason = whyNot(draft) ?? room.refusal
  const generate = () => {
    const request = reason ? null : toRequest(draft)
    if (!request || running || create.isPending) return
    create.mutate({ body: request }, { onSuccess: (made) => void navigate(places.experiment({ id: made.id })) })
  }
  const stop = () => job && action.mutate({ id: job.id, action: job.state === 'running' ? 'stop' : 'cancel' })
  useHotkey('mod+enter', generate, { label: 'Generate', inInputs: true })
  return (
    <div className="space-y-4">
      <PromptCard
        draft={draft}
        onDraft={setDraft}
        reason={reason}
        running={running}
        busy={running ? action.isPending : create.isPending}
        error={create.error}
        onGenerate={generate}
        onStop={stop}
      />
      <div className="grid items-start gap-4 lg:grid-cols-[380px_minmax(0,1fr)]">
        <section
          aria-label="What is steered"
          className={cx('min-w-0 space-y-4 rounded-lg border border-line bg-card p-4', steering && 'max-lg:order-last')}
        >
          <Field label="SAE and extraction" hint={extraction && `${extraction.modelName} · ${extraction.site}`}>
            <Select
              value={extraction?.id ?? ''}
              onChange={(extractionId) =>
                setDraft({
                  ...draft,
                  extractionId,
                  features: [],
                  variants: draft.variants.map((one) => ({ ...one, edits: [] })),
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
          {draft.features.length > 0 && <Variants draft={draft} onDraft={setDraft} />}
          <SamplingFields sampling={draft.sampling} onSampling={(sampling) => setDraft({ ...draft, sampling })}>
            <ExperimentFields draft={draft} onDraft={setDraft} />
          </SamplingFields>
        </section>
        {steering ? (
          <Results key={steering.id} steering={steering} />
        ) : (
          <p className="rounded-lg border border-dashed border-line-strong px-6 py-16 text-center text-sm text-body">
            {draft.features.length === 0
              ? 'Choose a feature on the left, then generate: the text without steering and one column for every strength appear here.'
              : 'The text without steering and one column for every strength appear here, token by token.'}
          </p>
        )}
      </div>
    </div>
  )
}
