// The form that starts a tokenization.
import type { Dataset } from '@mistudio/contracts'
import Server from 'lucide-react/icons/server'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useReadyModels, useSend } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import {
  Button,
  Dialog,
  EmptyState,
  errorText,
  Field,
  formatNumber,
  LinkButton,
  Notice,
  NumberField,
  Select,
  Toggle,
} from '../../../ui/index.js'
import { contextLimit, contextProblem, suggestedContext } from '../prepare.js'

export function TokenizeForm({ dataset, onClose }: { dataset: Dataset; onClose(): void }) {
  const models = useReadyModels().data ?? []
  const [chosen, setChosen] = useState<string | null>(null)
  const model = models.find((m) => m.id === chosen) ?? (models.length === 1 || chosen === null ? models[0] : undefined)
  const [typed, setTyped] = useState<{ value: number | null } | null>(null)
  const contextSize = typed ? typed.value : suggestedContext(model)
  const [prependBos, setPrependBos] = useState(true)
  const [maxDocuments, setMaxDocuments] = useState<number | null>(null)
  const create = useSend('createTokenization')
  const sizeProblem = contextProblem(contextSize, model)
  const countProblem =
    maxDocuments !== null && (maxDocuments < 1 || !Number.isInteger(maxDocuments))
      ? 'A whole number from 1, or nothing.'
      : null
  const noBos = model?.spec?.bosTokenId === null
  const problem = !model ? 'Choose a model first.' : (sizeProblem ?? countProblem)
  const start = () => {
    if (!model || problem || contextSize === null) return
    create.mutate(
      {
        params: { id: dataset.id },
        body: {
          modelId: model.id,
          contextSize,
          prependBos: prependBos && !noBos,
          ...(maxDocuments === null ? {} : { maxDocuments }),
        },
      },
      { onSuccess: onClose },
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Tokenize “${dataset.name}”`}
      description="Cuts the texts into the model's tokens. The last 5 % of the documents are held out for honest figures."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={create.isPending} disabledReason={problem} onClick={start}>
            Tokenize
          </Button>
        </>
      }
    >
      {models.length === 0 ? (
        <EmptyState icon={Server} action={<LinkButton to={places.models({ add: true })}>Add a model</LinkButton>}>
          No model is ready. The tokenizer comes with the model.
        </EmptyState>
      ) : (
        <div className="space-y-4">
          <Field label="Model" required>
            <Select
              value={model?.id ?? ''}
              onChange={setChosen}
              options={models.map((m) => ({ value: m.id, label: m.name }))}
            />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label="Context size"
              required
              error={sizeProblem}
              hint={
                Number.isFinite(contextLimit(model))
                  ? `At most ${formatNumber(contextLimit(model))} for this model.`
                  : undefined
              }
              help="Tokens per window that the model reads at once. Longer windows give features of longer range and need more memory; 128 is usual for a first look."
            >
              <NumberField
                value={contextSize}
                onChange={(value) => setTyped({ value })}
                min={8}
                max={contextLimit(model)}
                step={8}
                unit="tokens"
              />
            </Field>
            <Field
              label="Documents at most"
              error={countProblem}
              hint={`Empty: all ${formatNumber(dataset.stats?.documents ?? null)}.`}
            >
              <NumberField value={maxDocuments} onChange={setMaxDocuments} min={1} step={1000} placeholder="all" />
            </Field>
          </div>
          <Toggle
            checked={prependBos && !noBos}
            disabled={noBos}
            onChange={setPrependBos}
            label="BOS token before every document"
            hint={noBos ? 'This model states no BOS token.' : 'As in the model’s own training and in SAELens.'}
          />
          {create.error && (
            <Notice tone="red" icon={TriangleAlert}>
              {errorText(create.error)}
            </Notice>
          )}
        </div>
      )}
    </Dialog>
  )
}
