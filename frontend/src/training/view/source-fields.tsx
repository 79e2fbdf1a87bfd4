// Model, site and tokenization of a new training.
import type { Model, Tokenization } from '@mistudio/contracts'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Field, formatCount, formatNumber, Select } from '../../ui/index.js'
import { type Draft, type DraftErrors, trainableSites } from '../form.js'

interface Props {
  draft: Draft
  models: readonly Model[]
  tokenizations: UseQueryResult<Tokenization[]>
  errors: DraftErrors
  onChange(part: Partial<Draft>): void
}

const tokenizationLabel = (one: Tokenization): string =>
  `${one.datasetName} · ${formatCount(one.stats?.tokens)} tokens · context ${formatNumber(one.contextSize)}`

export function SourceFields({ draft, models, tokenizations, errors, onChange }: Props) {
  const model = models.find((one) => one.id === draft.modelId)
  const made = tokenizations.data ?? []
  const none = model && tokenizations.data && made.length === 0
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="Model" required error={errors.modelId}>
        <Select
          value={draft.modelId}
          onChange={(modelId) => onChange({ modelId, site: '', tokenizationId: '' })}
          options={models.map((one) => ({ value: one.id, label: one.name }))}
          placeholder="Choose a model"
        />
      </Field>
      <Field
        label="Site"
        required
        error={errors.site}
        help="Where in the model activations are read. hook_resid_post is the residual stream after a block: the usual choice, best in the middle of the model."
      >
        <Select
          value={draft.site}
          onChange={(site) => onChange({ site })}
          options={trainableSites(model?.sites ?? []).map((site) => ({
            value: site.name,
            label: `${site.name} (${site.width})`,
          }))}
          placeholder={model ? 'Choose a site' : 'Choose a model first'}
        />
      </Field>
      <Field
        label="Tokenized dataset"
        required
        className="md:col-span-2"
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
          onChange={(tokenizationId) => onChange({ tokenizationId })}
          options={made.map((one) => ({ value: one.id, label: tokenizationLabel(one) }))}
          placeholder={
            model ? (tokenizations.isPending ? 'Loading…' : 'Choose a tokenized dataset') : 'Choose a model first'
          }
        />
      </Field>
    </div>
  )
}
