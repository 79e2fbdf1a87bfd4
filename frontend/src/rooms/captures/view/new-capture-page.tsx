// The form of a capture: model, tokenization, sites, amount, format, with what it will take.
import type { Model, Tokenization } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useCaptures, useReadyModels, useSend, useTokenizations } from '../../../data/index.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { SiteGrid } from '../../../shared/sites/index.js'
import {
  Button,
  Card,
  ErrorState,
  errorText,
  Field,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  LinkButton,
  Notice,
  Page,
  plural,
  Select,
  SkeletonList,
  usePlace,
} from '../../../ui/index.js'
import { type Draft, judgeDraft, resolveDraft, startDraft, type Verdict } from '../form.js'
import { AmountFields } from './amount-fields.js'

export function NewCapturePage() {
  const models = useReadyModels()
  const tokenizations = useTokenizations()
  const since = useLiveStatus((state) => state.lastContact)
  const ready = models.data
  const failed = [models, tokenizations].find(({ error, data }) => error && !data)
  return (
    <Page
      title="Capture activations"
      crumbs={[{ label: 'Captures', to: places.captures() }]}
      subtitle="Read a tokenized dataset through a model once and keep what it computes at chosen sites."
    >
      {failed ? (
        <ErrorState error={failed.error} since={since} onRetry={() => void failed.refetch()} />
      ) : !ready || !tokenizations.data ? (
        <SkeletonList rows={2} className="h-48" />
      ) : ready.length === 0 ? (
        <Notice
          tone="amber"
          title="A model is missing"
          actions={<LinkButton to={places.models({ add: true })}>Add a model</LinkButton>}
        >
          A capture keeps a model's activations, so a ready model comes first.
        </Notice>
      ) : (
        <CaptureForm models={ready} tokenizations={tokenizations.data} />
      )}
    </Page>
  )
}

function CaptureForm({ models, tokenizations }: { models: readonly Model[]; tokenizations: readonly Tokenization[] }) {
  const [asked] = usePlace(places.newCapture)
  const [draft, setDraft] = useState(() => startDraft(asked))
  const earlier = useCaptures()
  const create = useSend('createCapture')
  const navigate = useNavigate()
  const choice = resolveDraft(draft, models, tokenizations)
  const verdict = judgeDraft(draft, choice, earlier.data ?? [])
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!verdict.request) return
    create.mutate({ body: verdict.request }, { onSuccess: ({ id }) => void navigate(places.capture({ id })) })
  }
  const { model } = choice
  return (
    <form onSubmit={submit} className="space-y-5">
      <Card title="Source">
        <div className="grid gap-4 md:grid-cols-2">
          <Field label="Model" required>
            <Select
              value={model?.id ?? ''}
              onChange={(modelId) => change({ modelId, tokenizationId: '' })}
              options={models.map(({ id, name }) => ({ value: id, label: name }))}
              placeholder="Choose a model"
            />
          </Field>
          <Field
            label="Tokenized dataset"
            required
            hint={<TokenizationHint model={model} none={model !== undefined && choice.tokenizations.length === 0} />}
          >
            <Select
              value={choice.tokenization?.id ?? ''}
              onChange={(tokenizationId) => change({ tokenizationId })}
              placeholder={model ? 'None for this model' : 'Choose a model first'}
              options={choice.tokenizations.map((one) => ({ value: one.id, label: tokenizationLabel(one) }))}
            />
          </Field>
        </div>
      </Card>
      {model && (
        <Card
          title="Sites"
          description="Each holds one vector per token. A press on a name takes every layer of it, one on a layer every site in it; 64 sites at most."
          actions={<span className="text-sm text-muted">{plural(choice.sites.length, 'site')} chosen</span>}
        >
          <SiteGrid
            many
            label="Sites to capture"
            sites={model.sites}
            chosen={choice.sites.map(({ name }) => name)}
            onChange={(sites) => change({ sites })}
          />
        </Card>
      )}
      <Card title="Amount and format">
        <AmountFields draft={draft} errors={verdict.errors} onChange={change} />
      </Card>
      {create.error && <Notice tone="red">{errorText(create.error)}</Notice>}
      <div className="flex flex-wrap items-center gap-4">
        <Button type="submit" kind="primary" busy={create.isPending} disabledReason={verdict.reason} showReason>
          Start capture
        </Button>
        <Estimate verdict={verdict} />
      </div>
    </form>
  )
}

const tokenizationLabel = (one: Tokenization): string =>
  `${one.datasetName} · ${formatCount(one.stats?.tokens)} tokens · context ${formatNumber(one.contextSize)}`

function TokenizationHint({ model, none }: { model: Model | undefined; none: boolean }) {
  return (
    <span className={none ? 'text-tone-amber' : ''}>
      {none && `No dataset is tokenized for ${model?.name} yet. `}
      <Link to={places.datasets()} className="underline">
        {none ? 'Tokenize one' : 'Make another tokenization'}
      </Link>
    </span>
  )
}

/** What it will take: bytes by arithmetic; time only where it was measured. */
function Estimate({ verdict: { plan, seconds } }: { verdict: Verdict }) {
  if (!plan) return null
  return (
    <p className="text-sm text-body" aria-live="polite">
      {formatNumber(plan.tokens)} tokens in {plural(plan.shards, 'shard')}:{' '}
      <strong className="text-heading">{formatBytes(plan.bytes)}</strong> on disk
      {seconds === null ? (
        <span className="text-muted">. Time is estimated after the first capture of this kind.</span>
      ) : (
        <>
          , about <strong className="text-heading">{formatDuration(seconds)}</strong>{' '}
          <span className="text-muted">at the speed of earlier captures.</span>
        </>
      )}
    </p>
  )
}
