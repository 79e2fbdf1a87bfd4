// What was found in the files, and the form that says where it belongs.
import { type Model, SAE_LAYOUT_TEXTS, type SaeInspection } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { useSend } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { dismissTransfer } from '../../../shared/files/index.js'
import { SitePicker } from '../../../shared/sites/index.js'
import {
  Badge,
  Button,
  Card,
  DASH,
  errorText,
  Facts,
  Field,
  formatBytes,
  formatNumber,
  Input,
  Notice,
  Select,
} from '../../../ui/index.js'
import {
  type ImportDraft,
  importProblem,
  importRequest,
  isTranscoder,
  proposed,
  siteHint,
  sitesFor,
  sitesOf,
} from '../import-form.js'
import { CheckTextFields } from './check-text-fields.js'

interface ImportFormProps {
  found: SaeInspection
  models: readonly Model[]
  fromUpload: boolean
}

export function ImportForm({ found, models, fromUpload }: ImportFormProps) {
  const [draft, setDraft] = useState<ImportDraft>(() => proposed(found, models))
  const create = useSend('createSae')
  const navigate = useNavigate()
  const change = (part: Partial<ImportDraft>) => setDraft({ ...draft, ...part })
  const model = models.find(({ id }) => id === draft.modelId)
  const problem = importProblem(draft, found, models)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem) return
    create.mutate(
      { body: importRequest(draft, found) },
      {
        onSuccess: ({ id }) => {
          if (fromUpload) dismissTransfer()
          void navigate(places.sae({ id }))
        },
      },
    )
  }
  return (
    <form onSubmit={submit} className="space-y-5">
      <Found found={found} />
      <Card
        title="Where it belongs"
        description="Proposed from what the files say. Its width is compared with the site's before anything is copied."
      >
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Name" required>
            <Input value={draft.name} onChange={(event) => change({ name: event.target.value })} maxLength={120} />
          </Field>
          <Field label="Model" required hint={modelHint(found)}>
            <Select
              value={draft.modelId}
              onChange={(modelId) => {
                const next = models.find(({ id }) => id === modelId)
                change({ modelId, tokenizationId: '', ...sitesOf(found, next) })
              }}
              placeholder="Choose a model"
              options={models.map((one) => ({ value: one.id, label: modelLabel(one, found.dIn) }))}
            />
          </Field>
          <Field label="Site it reads" required hint={siteHint(found, model)}>
            <SitePicker
              title="Site it reads"
              value={draft.site}
              sites={sitesFor(model, found.dIn)}
              disabled={!model}
              placeholder={model ? 'Choose a site' : 'Choose a model first'}
              onChange={(site) => change({ site })}
            />
          </Field>
          {isTranscoder(found) && (
            <Field
              label="Site it reconstructs"
              required
              hint={found.declared.siteOut && `The files say ${found.declared.siteOut}.`}
            >
              <SitePicker
                title="Site it reconstructs"
                value={draft.siteOut}
                sites={sitesFor(model, found.dOut)}
                disabled={!model}
                placeholder={model ? 'Choose a site' : 'Choose a model first'}
                onChange={(siteOut) => change({ siteOut })}
              />
            </Field>
          )}
        </div>
      </Card>
      <Card
        title="Self-check"
        description="After the copy the SAE is measured on the model: L0, FVU, cross-entropy. It can be repeated on other text."
      >
        <CheckTextFields modelId={draft.modelId || null} value={draft} onChange={change} />
      </Card>
      {create.error && (
        <Notice tone="red" title="It could not be imported">
          {errorText(create.error)}
        </Notice>
      )}
      <Button type="submit" kind="primary" busy={create.isPending} disabledReason={problem} showReason>
        Import SAE
      </Button>
    </form>
  )
}

const modelLabel = (model: Model, width: number | null): string =>
  sitesFor(model, width).length > 0 ? model.name : `${model.name} (no site of width ${width})`

const modelHint = ({ declared }: SaeInspection): string =>
  declared.modelName ? `The files say ${declared.modelName}.` : 'The files do not say which.'

/** Facts of the files; what only the weights say is a dash while they are still on the hub. */
function Found({ found }: { found: SaeInspection }) {
  const { declared, layout } = found
  const size = (value: number | null): string => (value === null ? DASH : formatNumber(value))
  return (
    <Card
      title="What was found"
      actions={
        <>
          <Badge tone="purple">{SAE_LAYOUT_TEXTS[layout].label}</Badge>
          {found.architecture && <Badge>{found.architecture}</Badge>}
        </>
      }
    >
      <div className="grid items-start gap-x-10 gap-y-2 lg:grid-cols-2">
        <Facts
          rows={[
            ['d_in', size(found.dIn)],
            ...(isTranscoder(found) ? [['d_out', size(found.dOut)] as const] : []),
            ['d_sae', size(found.dSae)],
            ['k', size(found.k)],
            ['Files', found.files.map(({ path }) => path.split('/').at(-1)).join(', ')],
            ['Size', formatBytes(found.bytes)],
          ]}
        />
        <Facts
          rows={[
            ['Says: model', declared.modelName ?? DASH],
            ['Says: site', declared.site ?? (declared.layer === null ? DASH : `layer ${declared.layer}`)],
            ['Says: L0', declared.l0 === null ? DASH : formatNumber(Math.round(declared.l0))],
            ['Says: context', declared.contextSize === null ? DASH : `${formatNumber(declared.contextSize)} tokens`],
            ['Normalisation', declared.normalisation],
            ['Trained on', declared.dataset ?? DASH],
          ]}
        />
      </div>
    </Card>
  )
}
