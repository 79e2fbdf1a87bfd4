// Model, source of activations, sites and tokenization of a new training.
import {
  architectureOf,
  type Capture,
  isTranscoder,
  type Model,
  OPTION_TEXTS,
  type Tokenization,
} from '@mistudio/contracts'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'react-router'
import { places } from '../../../places/index.js'
import { SitePicker } from '../../../shared/sites/index.js'
import { Checkbox, Field, formatCount, formatNumber, Select } from '../../../ui/index.js'
import { captureFacts, captureLabel, offeredSites } from '../capture-choice.js'
import { type Draft, type DraftErrors, moreSitesOf, siteOf, trainableSites } from '../form.js'
import { withOutput } from '../options.js'
import { FurtherSites } from './further-sites.js'

interface Props {
  draft: Draft
  models: readonly Model[]
  tokenizations: UseQueryResult<Tokenization[]>
  /** Of the model, that a training can read; undefined while they are not known. */
  captures: readonly Capture[] | undefined
  errors: DraftErrors
  /** A branch keeps model, sites and tokens. */
  locked: boolean
  onChange(part: Partial<Draft>): void
}

const tokenizationLabel = (one: Tokenization): string =>
  `${one.datasetName} · ${formatCount(one.stats?.tokens)} tokens · context ${formatNumber(one.contextSize)}`

export function SourceFields({ draft, models, tokenizations, captures, errors, locked, onChange }: Props) {
  const model = models.find((one) => one.id === draft.modelId)
  const capture = captures?.find((one) => one.id === draft.captureId)
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="Model" required error={errors.modelId}>
        <Select
          value={draft.modelId}
          disabled={locked}
          onChange={(modelId) =>
            onChange({
              modelId,
              tokenizationId: '',
              captureId: '',
              values: { ...draft.values, site: '', moreSites: [], outputSite: null },
            })
          }
          options={models.map((one) => ({ value: one.id, label: one.name }))}
          placeholder="Choose a model"
        />
      </Field>
      <CaptureField
        draft={draft}
        model={model}
        captures={captures}
        capture={capture}
        locked={locked}
        onChange={onChange}
      />
      <TokenizationField
        draft={draft}
        model={model}
        tokenizations={tokenizations}
        capture={capture}
        errors={errors}
        locked={locked}
        onChange={onChange}
      />
      <SiteFields draft={draft} model={model} capture={capture} errors={errors} locked={locked} onChange={onChange} />
    </div>
  )
}

interface SiteProps extends Pick<Props, 'draft' | 'errors' | 'locked' | 'onChange'> {
  model: Model | undefined
  /** The chosen one. */
  capture: Capture | undefined
}

/** The model as the training goes, or a capture of it. */
function CaptureField({
  draft,
  model,
  captures,
  capture,
  locked,
  onChange,
}: Omit<SiteProps, 'errors'> & Pick<Props, 'captures'>) {
  const none = model && captures?.length === 0
  return (
    <Field
      label="Activations"
      help="Harvested from the model as the training goes, or read from a finished capture of the same model, which runs the model only for evaluations."
      hint={
        capture ? (
          captureFacts(capture)
        ) : none ? (
          <>
            There is no capture of this model’s training text.{' '}
            <Link to={places.newCapture({ model: model.id })} className="underline">
              Make one
            </Link>
          </>
        ) : undefined
      }
    >
      <Select
        value={draft.captureId || 'live'}
        disabled={locked || !model}
        onChange={(id) => onChange({ captureId: id === 'live' ? '' : id })}
        options={[
          { value: 'live', label: 'The model, as the training goes' },
          ...(captures ?? []).map((one) => ({ value: one.id, label: captureLabel(one) })),
        ]}
      />
    </Field>
  )
}

function SiteFields({ draft, model, capture, errors, locked, onChange }: SiteProps) {
  const { values } = draft
  const site = siteOf(draft)
  const outputSite = typeof values['outputSite'] === 'string' ? values['outputSite'] : null
  const set = (part: Readonly<Record<string, unknown>>) => onChange({ values: { ...values, ...part } })
  const moreSites = moreSitesOf(draft)
  const crosscoder = moreSites.length > 0
  const transcoder = isTranscoder({ site, outputSite })
  const sites = trainableSites(offeredSites(model?.sites ?? [], capture))
  const others = sites.filter(({ name }) => name !== site)
  const onlyInPlace = architectureOf(draft.architecture).onlyInPlace !== null
  return (
    <>
      <Field
        label="Site"
        required
        error={errors.site}
        help="Where in the model activations are read. hook_resid_post is the residual stream after a block: the usual choice, best in the middle of the model."
      >
        <SitePicker
          title="Site to train on"
          value={site}
          sites={sites}
          disabled={locked || !model}
          onChange={(name) => set({ site: name, moreSites: moreSites.filter((one) => one !== name) })}
          placeholder={model ? 'Choose a site' : 'Choose a model first'}
        />
      </Field>
      {(crosscoder || (!onlyInPlace && !transcoder && values['skipConnection'] !== true)) && (
        <FurtherSites
          chosen={moreSites}
          sites={others}
          error={errors.moreSites}
          locked={locked}
          onChange={(sites) => set({ moreSites: sites })}
        />
      )}
      {!onlyInPlace && !crosscoder && (
        <Field
          label="Output site"
          error={errors.outputSite}
          help={OPTION_TEXTS.outputSite.help}
          hint={transcoder ? 'This trains a transcoder.' : undefined}
        >
          <SitePicker
            title="Site to write"
            value={outputSite ?? ''}
            sites={others}
            none="The same site"
            placeholder="The same site"
            disabled={locked || !model}
            onChange={(name) => onChange({ values: withOutput(values, { outputSite: name || null }) })}
          />
        </Field>
      )}
      {!onlyInPlace && !crosscoder && (
        <div className="md:col-span-2">
          <Checkbox
            checked={values['skipConnection'] === true}
            disabled={locked}
            onChange={(skipConnection) => onChange({ values: withOutput(values, { skipConnection }) })}
            label={OPTION_TEXTS.skipConnection.label}
            hint={OPTION_TEXTS.skipConnection.help}
          />
        </div>
      )}
    </>
  )
}

function TokenizationField({
  draft,
  model,
  tokenizations,
  capture,
  errors,
  locked,
  onChange,
}: Omit<Props, 'models' | 'captures'> & SiteProps) {
  const made = tokenizations.data ?? []
  const none = model && tokenizations.data && made.length === 0
  return (
    <Field
      label="Tokenized dataset"
      required
      error={errors.tokenizationId}
      hint={
        capture ? (
          'That of the capture. Its held-out documents measure the SAE.'
        ) : none ? (
          <span className="text-tone-amber">
            No dataset is tokenized for {model.name} yet.{' '}
            <Link to={places.datasets()} className="underline">
              Tokenize one
            </Link>
          </span>
        ) : (
          <>
            Its held-out documents measure the SAE.{' '}
            <Link to={places.datasets()} className="underline">
              Make another tokenization
            </Link>
          </>
        )
      }
    >
      <Select
        value={draft.tokenizationId}
        disabled={locked || capture !== undefined}
        onChange={(tokenizationId) => onChange({ tokenizationId })}
        options={made.map((one) => ({ value: one.id, label: tokenizationLabel(one) }))}
        placeholder={
          model ? (tokenizations.isPending ? 'Loading…' : 'Choose a tokenized dataset') : 'Choose a model first'
        }
      />
    </Field>
  )
}
