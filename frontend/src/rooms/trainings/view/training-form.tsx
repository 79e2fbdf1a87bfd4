// The form of a new training, with its live estimate; the same form starts sweeps and branches.
import type { Model, Training } from '@mistudio/contracts'
import Zap from 'lucide-react/icons/zap'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { type AskedOf, type Places, places } from '../../../places/index.js'
import { Button, Card, errorText, Field, Input, Notice, plural, toast, usePlace } from '../../../ui/index.js'
import { type StartRequest, useModelTokenizations, useStart, useTrainableCaptures } from '../api.js'
import { withCapture } from '../capture-choice.js'
import {
  branchValues,
  checkDraft,
  complete,
  type Draft,
  overridesOf,
  QUICK_START,
  siteOf,
  startDraft,
  toParams,
  toRequest,
  withoutMissing,
  withSettings,
} from '../form.js'
import { type Values, withArchitecture, withTyped } from '../options.js'
import { suggestionsFor } from '../suggestions.js'
import { planSweep, type SweepRow } from '../sweep.js'
import { ArchitectureField } from './architecture-field.js'
import { EstimateCard } from './estimate-card.js'
import { Settings } from './settings.js'
import { SourceFields } from './source-fields.js'
import { SweepCard } from './sweep-card.js'
import { TemplateButtons } from './template-buttons.js'

interface Props {
  models: readonly Model[]
  branch?: { parent: Training; step: number }
}

function firstDraft(asked: AskedOf<Places['newTraining']>, branch: Props['branch']): Draft {
  const draft = startDraft(asked)
  if (branch) {
    const { modelId, tokenizationId, capture, params } = branch.parent
    const source = { modelId: modelId ?? '', tokenizationId: tokenizationId ?? '', captureId: capture?.id ?? '' }
    return { ...draft, ...source, architecture: params.architecture, values: branchValues(params, branch.step) }
  }
  return asked.preset === 'quick' ? { ...draft, values: { ...draft.values, ...QUICK_START } } : draft
}

export function TrainingForm({ models, branch }: Props) {
  const [asked] = usePlace(places.newTraining)
  const navigate = useNavigate()
  const [typed, setTyped] = useState<Draft>(() => firstDraft(asked, branch))
  const [rows, setRows] = useState<readonly SweepRow[]>([])
  const [tried, setTried] = useState(false)
  const modelId = complete(typed, models, undefined).modelId
  const tokenizations = useModelTokenizations(modelId || null)
  const captures = useTrainableCaptures(modelId)
  const draft = complete(withCapture(typed, captures.data), models, tokenizations.data)
  const model = models.find((one) => one.id === draft.modelId)
  const width = model?.sites.find((site) => site.name === siteOf(draft))?.width
  const errors = checkDraft(draft, {
    model,
    tokenization: tokenizations.data?.find((one) => one.id === draft.tokenizationId),
    capture: captures.data?.find((one) => one.id === draft.captureId),
  })
  // Which sites and tokens a capture has is not known before the list is there.
  const unread = draft.captureId !== '' && !captures.data
  const request = unread ? null : toRequest(draft, errors)
  const sweep = planSweep(rows, draft.architecture, draft.values)
  const start = useStart()
  const setValues = (values: Values) =>
    setTyped({ ...draft, values: withTyped(draft.architecture, draft.values, values) })

  const wanted = (): StartRequest | null => {
    const params = toParams(draft, errors)
    if (!request || !params) return null
    if (branch) {
      const { parent, step } = branch
      const name = request.name ? { name: request.name } : {}
      return { kind: 'branch', id: parent.id, body: { ...name, step, params: overridesOf(params, parent.params) } }
    }
    if (rows.length === 0) return { kind: 'one', body: request }
    return sweep.grid ? { kind: 'sweep', body: { ...request, grid: sweep.grid } } : null
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    const request = wanted()
    if (!request) return
    start.mutate(request, {
      onSuccess: ([first, ...others]) => {
        if (!first) return
        toast.success(others.length > 0 ? `${others.length + 1} trainings were started.` : `${first.name} was started.`)
        void navigate(
          others.length > 0 ? places.compareTrainings({ sweep: first.sweepId }) : places.training({ id: first.id }),
        )
      },
    })
  }
  const messages = [...Object.values(errors), ...sweep.errors.values()]
  return (
    <form onSubmit={submit} className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_380px]">
      <div className="space-y-5">
        <Card
          title="What to train"
          actions={
            !branch && (
              <>
                <TemplateButtons
                  params={toParams(draft, errors)}
                  suggestions={width ? suggestionsFor(width, draft.architecture) : []}
                  onSuggestion={setValues}
                  onUse={(params) => setTyped(withSettings(draft, params, model))}
                />
                <Button size="sm" icon={Zap} onClick={() => setValues(QUICK_START)}>
                  Quick-start preset
                </Button>
              </>
            )
          }
        >
          <div className="grid gap-4 md:grid-cols-2">
            <ArchitectureField
              value={draft.architecture}
              error={errors.architecture}
              locked={branch !== undefined}
              onChange={(architecture) => {
                const { architecture: before, values } = draft
                setTyped({ ...draft, architecture, values: withArchitecture(values, before, architecture) })
              }}
            />
            <Field label="Name" hint="Left empty, it is named after model, site and size." error={errors.name}>
              <Input
                value={draft.name}
                maxLength={120}
                onChange={(event) => setTyped({ ...draft, name: event.target.value })}
              />
            </Field>
          </div>
          <div className="mt-4">
            <SourceFields
              draft={draft}
              models={models}
              tokenizations={tokenizations}
              captures={captures.data}
              errors={tried ? errors : withoutMissing(errors)}
              locked={branch !== undefined}
              onChange={(part) => setTyped({ ...draft, ...part })}
            />
          </div>
        </Card>
        <Settings draft={draft} model={model} errors={errors} branch={branch !== undefined} onValues={setValues} />
        {!branch && <SweepCard draft={draft} rows={rows} tried={tried} plan={sweep} onRows={setRows} />}
      </div>
      <div className="space-y-4 xl:sticky xl:top-20">
        <EstimateCard request={request} />
        {rows.length > 0 && (
          <p className="text-sm text-muted">
            The estimate is for one of the trainings. In a job, SAEs add up and the forward passes are shared.
          </p>
        )}
        {start.error && <Notice tone="red">{errorText(start.error)}</Notice>}
        <Button type="submit" kind="primary" busy={start.isPending} className="w-full">
          {rows.length > 0
            ? `Start ${plural(sweep.trainings, 'training')}`
            : branch
              ? 'Start branch'
              : 'Start training'}
        </Button>
        {tried && messages.length > 0 && (
          <p role="alert" className="text-sm text-tone-red">
            {messages.length === 1 ? 'One field needs' : `${messages.length} fields need`} your attention: {messages[0]}
          </p>
        )}
      </div>
    </form>
  )
}
