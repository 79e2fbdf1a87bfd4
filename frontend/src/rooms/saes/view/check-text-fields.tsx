// The text of a self-check: the bundled one, or a tokenized dataset and how much of it.
import { CHECK_TOKENS } from '@mistudio/contracts'
import { useTokenizations } from '../../../data/index.js'
import { Field, formatCount, Select } from '../../../ui/index.js'

interface CheckText {
  /** Empty: the bundled text. */
  readonly tokenizationId: string
  readonly tokens: number
}
interface Props {
  modelId: string | null
  value: CheckText
  onChange(part: Partial<CheckText>): void
}

const BUNDLED = 'bundled'
const AMOUNTS = [2048, CHECK_TOKENS.usual, 32_768, 131_072]

export function CheckTextFields({ modelId, value, onChange }: Props) {
  const tokenizations = useTokenizations(modelId === null ? null : { modelId })
  const ready = (tokenizations.data ?? []).filter(({ status }) => status === 'ready')
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field
        label="Text"
        hint={
          value.tokenizationId
            ? 'Held-out documents first, then training documents unless the SAE was trained on them here. The check says how much of each.'
            : 'A few hundred tokens of plain English and code: quick, with wide intervals.'
        }
      >
        <Select
          value={value.tokenizationId || BUNDLED}
          onChange={(chosen) => onChange({ tokenizationId: chosen === BUNDLED ? '' : chosen })}
          options={[
            { value: BUNDLED, label: 'Bundled text' },
            ...ready.map(({ id, datasetName, contextSize }) => ({
              value: id,
              label: `${datasetName}, context ${contextSize}`,
            })),
          ]}
        />
      </Field>
      {value.tokenizationId && (
        <Field label="Tokens" hint="More give narrower intervals and take longer.">
          <Select
            value={String(value.tokens)}
            onChange={(tokens) => onChange({ tokens: Number(tokens) })}
            options={AMOUNTS.map((tokens) => ({ value: String(tokens), label: formatCount(tokens) }))}
          />
        </Field>
      )}
    </div>
  )
}
