// The form of a capture: model, tokenization, sites, amount, format, with what it will take on disk.
import { type CaptureParams, CaptureParamsSchema, estimateCapture } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import {
  Button,
  Card,
  Checkbox,
  errorText,
  Field,
  formatBytes,
  formatCount,
  formatNumber,
  Notice,
  NumberField,
  Page,
  plural,
  Select,
} from '../../ui/index.js'
import { useCreateCapture, useModels, useTokenizations } from '../api.js'
import { siteGroups, tokenizationsOf } from '../prepare.js'

const DEFAULTS = CaptureParamsSchema.omit({ sites: true }).parse({})
const MIB = 2 ** 20

export function NewCapturePage() {
  const models = useModels()
  const all = useTokenizations()
  const create = useCreateCapture()
  const navigate = useNavigate()
  const [modelId, setModel] = useState('')
  const [tokenizationId, setTokenization] = useState('')
  const [sites, setSites] = useState<readonly string[]>([])
  const [draft, setDraft] = useState<Omit<CaptureParams, 'sites'>>(DEFAULTS)
  const [tokens, setTokens] = useState<number | null>(DEFAULTS.tokens)
  const [shardMib, setShardMib] = useState<number | null>(DEFAULTS.shardBytes / MIB)
  const ready = (models.data ?? []).filter(({ status }) => status === 'ready')
  const model = ready.find(({ id }) => id === modelId) ?? (ready.length === 1 ? ready[0] : undefined)
  const fitting = model ? tokenizationsOf(model.id, all.data ?? []) : []
  const tokenization = fitting.find(({ id }) => id === tokenizationId) ?? fitting[0]
  const parsed = CaptureParamsSchema.safeParse({ ...draft, sites, tokens, shardBytes: (shardMib ?? 0) * MIB })
  const chosen = (model?.sites ?? []).filter(({ name }) => sites.includes(name))
  const available =
    (draft.split === 'train' ? tokenization?.stats?.trainContexts : tokenization?.stats?.heldOutContexts) ?? 0
  const estimate =
    parsed.success && tokenization
      ? estimateCapture(
          parsed.data,
          chosen.map(({ width }) => width),
          tokenization.contextSize,
          available,
        )
      : null
  const issue = (key: string) => parsed.error?.issues.find(({ path }) => path[0] === key)?.message ?? null
  const reason = !model
    ? 'Choose a model.'
    : !tokenization
      ? 'No dataset is tokenized for this model.'
      : sites.length === 0
        ? 'Choose at least one site.'
        : available === 0
          ? 'This split is empty.'
          : parsed.success
            ? null
            : 'A number is out of its limits.'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason || !parsed.success || !tokenization) return
    const body = { tokenizationId: tokenization.id, params: parsed.data }
    create.mutate(body, { onSuccess: ({ id }) => void navigate(`/activations/${id}`) })
  }
  const toggle = (name: string, on: boolean) => setSites(on ? [...sites, name] : sites.filter((one) => one !== name))
  return (
    <Page title="Capture activations" crumbs={[{ label: 'Activations', to: '/activations' }]}>
      <form onSubmit={submit} className="space-y-5">
        <Card title="Source">
          <div className="grid gap-4 md:grid-cols-2">
            <Field label="Model" required>
              <Select
                value={model?.id ?? ''}
                onChange={(id) => {
                  setModel(id)
                  setSites([])
                }}
                options={ready.map(({ id, name }) => ({ value: id, label: name }))}
              />
            </Field>
            <Field
              label="Tokenized dataset"
              required
              hint={
                <Link to="/datasets" className="underline">
                  Make another
                </Link>
              }
            >
              <Select
                value={tokenization?.id ?? ''}
                onChange={setTokenization}
                placeholder={model ? 'None for this model' : 'Choose a model first'}
                options={fitting.map((one) => ({
                  value: one.id,
                  label: `${one.datasetName} · ${formatCount(one.stats?.tokens)} tokens · context ${one.contextSize}`,
                }))}
              />
            </Field>
          </div>
        </Card>
        {model && (
          <Card title="Sites" description="Places with a fixed number of values per token.">
            <div className="grid gap-5 md:grid-cols-2 xl:grid-cols-3">
              {siteGroups(model).map((group) => (
                <fieldset key={group.label} className="space-y-1.5">
                  <legend className="mb-1 text-sm font-medium text-heading">{group.label}</legend>
                  {group.sites.map(({ name, width }) => (
                    <Checkbox
                      key={name}
                      checked={sites.includes(name)}
                      onChange={(on) => toggle(name, on)}
                      label={`${name} · ${width}`}
                    />
                  ))}
                </fieldset>
              ))}
            </div>
          </Card>
        )}
        <Card title="Amount and format">
          <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
            <Field label="Tokens" error={issue('tokens')} help="From the beginning of the split, in whole contexts.">
              <NumberField value={tokens} step={1000} onChange={setTokens} unit="tokens" />
            </Field>
            <Field label="Split">
              <Select
                value={draft.split}
                onChange={(split) => setDraft({ ...draft, split })}
                options={[
                  { value: 'train', label: 'Train' },
                  { value: 'held_out', label: 'Held out' },
                ]}
              />
            </Field>
            <Field label="File format">
              <Select
                value={draft.format}
                onChange={(format) => setDraft({ ...draft, format })}
                options={[
                  { value: 'safetensors', label: 'safetensors' },
                  { value: 'npz', label: 'npz (NumPy)' },
                ]}
              />
            </Field>
            <Field
              label="Stored as"
              hint={draft.dtype === 'float16' ? 'Rounded to 11 significant bits; above 65504 refused.' : 'Exact.'}
            >
              <Select
                value={draft.dtype}
                onChange={(dtype) => setDraft({ ...draft, dtype })}
                options={[
                  { value: 'float32', label: 'float32' },
                  { value: 'float16', label: 'float16' },
                ]}
              />
            </Field>
            <Field label="Shard size" error={issue('shardBytes')}>
              <NumberField value={shardMib} step={1} onChange={setShardMib} unit="MB" />
            </Field>
          </div>
        </Card>
        {estimate && sites.length > 0 && (
          <p className="text-sm text-body" aria-live="polite">
            {formatNumber(estimate.tokens)} tokens in {plural(estimate.shards, 'shard')}:{' '}
            <strong className="text-heading">{formatBytes(estimate.bytes)}</strong> on disk.
          </p>
        )}
        {create.error && <Notice tone="red">{errorText(create.error)}</Notice>}
        <Button type="submit" kind="primary" busy={create.isPending} disabledReason={reason} showReason>
          Start capture
        </Button>
      </form>
    </Page>
  )
}
