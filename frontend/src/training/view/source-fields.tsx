// Model, sites and tokenization of a new training.
import { isTranscoder, type Model, OPTION_TEXTS, type Tokenization } from '@mistudio/contracts'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Checkbox, Field, formatCount, formatNumber, Select } from '../../ui/index.js'
import { type Draft, type DraftErrors, siteOf, trainableSites } from '../form.js'

interface Props {
  draft: Draft
  models: readonly Model[]
  tokenizations: UseQueryResult<Tokenization[]>
  errors: DraftErrors
  /** A branch keeps model, sites and tokens. */
  locked: boolean
  onChange(part: Partial<Draft>): void
}

const tokenizationLabel = (one: Tokenization): string =>
  `${one.datasetName} · ${formatCount(one.stats?.tokens)} tokens · context ${formatNumber(one.contextSize)}`

export function SourceFields({ draft, models, tokenizations, errors, locked, onChange }: Props) {
  const model = models.find((one) => one.id === draft.modelId)
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="Model" required error={errors.modelId}>
        <Select
          value={draft.modelId}
          disabled={locked}
          onChange={(modelId) =>
            onChange({ modelId, tokenizationId: '', values: { ...draft.values, site: '', outputSite: null } })
          }
          options={models.map((one) => ({ value: one.id, label: one.name }))}
          placeholder="Choose a model"
        />
      </Field>
      <TokenizationField {...{ draft, model, tokenizations, errors, locked, onChange }} />
      <SiteFields {...{ draft, model, errors, locked, onChange }} />
    </div>
  )
}

interface SiteProps extends Pick<Props, 'draft' | 'errors' | 'locked' | 'onChange'> {
  model: Model | undefined
}

function SiteFields({ draft, model, errors, locked, onChange }: SiteProps) {
  const { values } = draft
  const site = siteOf(draft)
  const outputSite = typeof values['outputSite'] === 'string' ? values['outputSite'] : null
  const set = (part: Readonly<Record<string, unknown>>) => onChange({ values: { ...values, ...part } })
  const options = trainableSites(model?.sites ?? []).map(({ name, width }) => ({
    value: name,
    label: `${name} (${width})`,
  }))
  const pursuit = draft.architecture === 'matching_pursuit'
  return (
    <>
      <Field
        label="Site"
        required
        error={errors.site}
        help="Where in the model activations are read. hook_resid_post is the residual stream after a block: the usual choice, best in the middle of the model."
      >
        <Select
          value={site}
          disabled={locked}
          onChange={(name) => set({ site: name })}
          options={options}
          placeholder={model ? 'Choose a site' : 'Choose a model first'}
        />
      </Field>
      {!pursuit && (
        <Field
          label="Output site"
          error={errors.outputSite}
          help={OPTION_TEXTS.outputSite.help}
          hint={isTranscoder({ site, outputSite }) ? 'This trains a transcoder.' : undefined}
        >
          <Select
            value={outputSite ?? 'same'}
            disabled={locked}
            onChange={(name) => set({ outputSite: name === 'same' ? null : name })}
            options={[{ value: 'same', label: 'The same site' }, ...options.filter(({ value }) => value !== site)]}
          />
        </Field>
      )}
      {!pursuit && (
        <div className="md:col-span-2">
          <Checkbox
            checked={values['skipConnection'] === true}
            disabled={locked}
            onChange={(skipConnection) => set({ skipConnection })}
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
  errors,
  locked,
  onChange,
}: Omit<Props, 'models'> & SiteProps) {
  const made = tokenizations.data ?? []
  const none = model && tokenizations.data && made.length === 0
  return (
    <Field
      label="Tokenized dataset"
      required
      error={errors.tokenizationId}
      hint={
        none ? (
          <span className="text-tone-amber">
            No dataset is tokenized for {model.name} yet.{' '}
            <Link to="/datasets" className="underline">
              Tokenize one
            </Link>
          </span>
        ) : (
          <>
            Its held-out documents measure the SAE.{' '}
            <Link to="/datasets" className="underline">
              Make another tokenization
            </Link>
          </>
        )
      }
    >
      <Select
        value={draft.tokenizationId}
        disabled={locked}
        onChange={(tokenizationId) => onChange({ tokenizationId })}
        options={made.map((one) => ({ value: one.id, label: tokenizationLabel(one) }))}
        placeholder={
          model ? (tokenizations.isPending ? 'Loading…' : 'Choose a tokenized dataset') : 'Choose a model first'
        }
      />
    </Field>
  )
}
