// The dialog that starts an extraction.
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useRead, useSend, useTokenizations } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import {
  Button,
  Checkbox,
  Dialog,
  errorText,
  Field,
  formatCount,
  Notice,
  NumberField,
  Select,
  toast,
} from '../../../ui/index.js'
import { useReadableSaes } from '../api.js'
import {
  type DraftParams,
  defaultParams,
  FIELDS,
  MAIN_KEYS,
  MORE_KEYS,
  type NumberKey,
  numberError,
  tokenizationsFor,
} from '../prepare.js'
import { knownText } from '../text.js'
import { TextField } from './text-field.js'
import { TimeLine } from './time-line.js'

interface Props {
  open: boolean
  onClose(): void
  /** Chosen from the start. */
  saeId?: string | null
}

export function StartExtraction(props: Props) {
  return props.open ? <OpenStart {...props} /> : null
}

function OpenStart({ onClose, saeId: first }: Props) {
  const saes = useReadableSaes()
  const all = useTokenizations()
  const create = useSend('createExtraction')
  const navigate = useNavigate()
  const [saeChoice, setSae] = useState(first ?? '')
  const [tokenChoice, setTokens] = useState('')
  const [params, setParams] = useState<DraftParams>(defaultParams)
  const sae =
    saes.data?.find((one) => one.id === saeChoice) ??
    (saeChoice === '' && saes.data?.length === 1 ? saes.data[0] : undefined)
  const trainings = useRead('listTrainings', sae?.trainingId ? { query: { ids: sae.trainingId } } : null)
  const fitting = tokenizationsFor(sae, all.data ?? [])
  const tokenization = fitting.find((one) => one.id === tokenChoice) ?? fitting[0]
  const known = sae && tokenization ? knownText(sae, tokenization, trainings.data, all.data ?? []) : null
  const wrong = [...MAIN_KEYS, ...MORE_KEYS].some((key) => numberError(key, params[key]))
  const reason = !sae
    ? 'Choose an SAE.'
    : !tokenization
      ? 'No dataset is tokenized for its model.'
      : wrong
        ? 'A number is out of its limits.'
        : null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason || !sae || !tokenization) return
    const request = {
      saeId: sae.id,
      tokenizationId: tokenization.id,
      params: params as ReturnType<typeof defaultParams>,
    }
    create.mutate(
      { body: request },
      {
        onSuccess: () => {
          toast.success('The extraction was started.')
          onClose()
          void navigate(places.extractions())
        },
      },
    )
  }
  const number = (key: NumberKey) => (
    <Field key={key} label={FIELDS[key].label} help={FIELDS[key].help} error={numberError(key, params[key])}>
      <NumberField
        value={params[key]}
        step={1}
        onChange={(value) => setParams({ ...params, [key]: value })}
        {...(FIELDS[key].unit ? { unit: FIELDS[key].unit } : {})}
      />
    </Field>
  )
  return (
    <Dialog
      open
      onClose={onClose}
      keepOnOutsideClick
      title="Start extraction"
      description="The SAE reads a dataset once and every feature is described."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="start-extraction"
            kind="primary"
            busy={create.isPending}
            disabledReason={reason}
            showReason
          >
            Start extraction
          </Button>
        </>
      }
    >
      <form id="start-extraction" onSubmit={submit} className="space-y-3">
        <Field label="SAE" required>
          <Select
            value={sae?.id ?? ''}
            onChange={setSae}
            placeholder={saes.isPending ? 'Loading…' : 'Choose an SAE'}
            options={(saes.data ?? []).map((one) => ({
              value: one.id,
              label: `${one.name} · ${formatCount(one.dSae)} features`,
            }))}
          />
        </Field>
        <Field
          label="Tokenized dataset"
          required
          hint={
            <>
              Only tokenizations of the SAE's model fit.{' '}
              <Link to={places.datasets()} className="underline">
                Make another
              </Link>
            </>
          }
        >
          <Select
            value={tokenization?.id ?? ''}
            onChange={setTokens}
            placeholder={
              !sae ? 'Choose an SAE first' : fitting.length === 0 ? 'None for this model' : 'Choose a dataset'
            }
            options={fitting.map((one) => ({
              value: one.id,
              label: `${one.datasetName} · ${formatCount(one.stats?.tokens)} tokens · context ${one.contextSize}`,
            }))}
          />
        </Field>
        {known && tokenization && (
          <TextField
            known={known}
            tokenization={tokenization}
            tokens={params.tokens}
            value={params.text}
            onChange={(text) => setParams({ ...params, text })}
          />
        )}
        {sae && known && tokenization && (
          <TimeLine sae={sae} tokenization={tokenization} known={known} text={params.text} tokens={params.tokens} />
        )}
        <div className="grid gap-4 sm:grid-cols-2">{MAIN_KEYS.map(number)}</div>
        <details>
          <summary className="text-sm font-medium text-heading">More settings</summary>
          <div className="mt-3 grid gap-4 sm:grid-cols-2">{MORE_KEYS.map(number)}</div>
          <Field
            className="mt-4"
            label="Random examples are"
            help="Tokens show what every strength looks like, weak firings included. Peaks hide what lies below the peak of its text."
          >
            <Select
              value={params.sampling}
              onChange={(sampling) => setParams({ ...params, sampling })}
              options={[
                { value: 'tokens', label: 'tokens, by interval of activation from zero to the largest' },
                { value: 'peaks', label: 'peaks of contexts, by quantile' },
              ]}
            />
          </Field>
          <div className="mt-4">
            <Checkbox
              checked={params.excludeBos}
              onChange={(excludeBos) => setParams({ ...params, excludeBos })}
              label="Leave out the BOS token"
              hint="Its activations are no part of the text."
            />
          </div>
        </details>
        {create.error && <Notice tone="red">{errorText(create.error)}</Notice>}
      </form>
    </Dialog>
  )
}
