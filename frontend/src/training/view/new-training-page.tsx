// The form of a new training with its live estimate.
import Zap from 'lucide-react/icons/zap'
import { type FormEvent, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useLiveStatus } from '../../live/index.js'
import {
  Button,
  Card,
  ErrorState,
  errorText,
  Field,
  Input,
  LinkButton,
  Notice,
  Page,
  SkeletonList,
  toast,
} from '../../ui/index.js'
import { useCreateTraining, useModelTokenizations, useReadyModels } from '../api.js'
import { checkDraft, complete, type Draft, type DraftParams, QUICK_START, startDraft, toRequest } from '../form.js'
import { AdvancedSettings } from './advanced-settings.js'
import { BasicSettings } from './basic-settings.js'
import { EstimateCard } from './estimate-card.js'
import { SourceFields } from './source-fields.js'

export function NewTrainingPage() {
  const models = useReadyModels()
  const since = useLiveStatus((state) => state.lastContact)
  return (
    <Page
      title="New training"
      crumbs={[{ label: 'Training', to: '/training' }]}
      subtitle="Train a TopK sparse autoencoder on one site of a model."
    >
      {models.error && !models.data ? (
        <ErrorState error={models.error} since={since} onRetry={() => void models.refetch()} />
      ) : models.data ? (
        models.data.length === 0 ? (
          <Notice
            tone="amber"
            title="A model is missing"
            actions={<LinkButton to="/models?add=1">Add a model</LinkButton>}
          >
            Training reads a model's activations, so a ready model comes first.
          </Notice>
        ) : (
          <TrainingForm models={models.data} />
        )
      ) : (
        <SkeletonList rows={2} className="h-48" />
      )}
    </Page>
  )
}

function TrainingForm({ models }: { models: NonNullable<ReturnType<typeof useReadyModels>['data']> }) {
  const [query] = useSearchParams()
  const navigate = useNavigate()
  const [typed, setTyped] = useState<Draft>(() => {
    const draft = startDraft(query)
    return query.get('preset') === 'quick' ? { ...draft, params: { ...draft.params, ...QUICK_START } } : draft
  })
  const [tried, setTried] = useState(false)
  const modelId = complete(typed, models, undefined).modelId
  const tokenizations = useModelTokenizations(modelId || null)
  const draft = complete(typed, models, tokenizations.data)
  const model = models.find((one) => one.id === draft.modelId)
  const errors = checkDraft(draft, model)
  const request = toRequest(draft, errors)
  const create = useCreateTraining()
  const setParams = (params: Partial<DraftParams>) => setTyped({ ...draft, params: { ...draft.params, ...params } })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!request) return
    create.mutate(request, {
      onSuccess: (training) => {
        toast.success(`${training.name} was started.`)
        void navigate(`/training/${training.id}`)
      },
    })
  }
  const wrong = Object.keys(errors).length
  return (
    <form onSubmit={submit} className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_380px]">
      <div className="space-y-5">
        <Card
          title="What to train on"
          actions={
            <Button size="sm" icon={Zap} onClick={() => setParams(QUICK_START)}>
              Quick-start preset
            </Button>
          }
        >
          <SourceFields
            draft={draft}
            models={models}
            tokenizations={tokenizations}
            errors={tried ? errors : {}}
            onChange={(part) => setTyped({ ...draft, ...part })}
          />
          <Field
            label="Name"
            className="mt-4"
            hint="Left empty, it is named after model, site and size."
            error={errors.name}
          >
            <Input
              value={draft.name}
              maxLength={120}
              onChange={(event) => setTyped({ ...draft, name: event.target.value })}
            />
          </Field>
        </Card>
        <BasicSettings draft={draft} model={model} errors={errors} onParams={setParams} />
        <AdvancedSettings draft={draft} errors={errors} onParams={setParams} />
      </div>
      <div className="space-y-4 xl:sticky xl:top-20">
        <EstimateCard request={request} />
        {create.error && <Notice tone="red">{errorText(create.error)}</Notice>}
        <Button type="submit" kind="primary" busy={create.isPending} className="w-full">
          Start training
        </Button>
        {tried && wrong > 0 && (
          <p role="alert" className="text-sm text-tone-red">
            {wrong === 1 ? 'One field needs' : `${wrong} fields need`} your attention: {Object.values(errors)[0]}
          </p>
        )}
      </div>
    </form>
  )
}
