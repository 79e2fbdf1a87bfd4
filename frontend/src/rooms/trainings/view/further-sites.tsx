// The further sites of a crosscoder: added one by one, taken off by a press.
import { MOST_SITES, OPTION_TEXTS } from '@mistudio/contracts'
import X from 'lucide-react/icons/x'
import { Field, Select } from '../../../ui/index.js'

interface Props {
  sites: readonly string[]
  /** Those that may be added. */
  options: readonly { readonly value: string; readonly label: string }[]
  error: string | undefined
  locked: boolean
  onChange(sites: string[]): void
}

export function FurtherSites({ sites, options, error, locked, onChange }: Props) {
  const left = options.filter(({ value }) => !sites.includes(value))
  const full = sites.length >= MOST_SITES - 1
  return (
    <div className="min-w-0">
      <Field
        label={OPTION_TEXTS.moreSites.label}
        help={OPTION_TEXTS.moreSites.help}
        error={error}
        hint={
          sites.length > 0
            ? `This trains a crosscoder of ${sites.length + 1} sites; features are × the widest.`
            : undefined
        }
      >
        <Select
          value=""
          disabled={locked || full || left.length === 0}
          onChange={(name) => onChange([...sites, name])}
          options={left}
          placeholder={full ? `At most ${MOST_SITES} sites` : sites.length > 0 ? 'Add another site' : 'None'}
        />
      </Field>
      {sites.length > 0 && (
        <ul className="mt-2 flex flex-wrap gap-1.5" aria-label="Further sites of the crosscoder">
          {sites.map((name) => (
            <li
              key={name}
              className="inline-flex items-center gap-1 rounded-lg bg-tile py-1 pr-1 pl-2 font-mono text-xs text-heading"
            >
              {name}
              {!locked && (
                <button
                  type="button"
                  aria-label={`Leave out ${name}`}
                  onClick={() => onChange(sites.filter((one) => one !== name))}
                  className="rounded p-0.5 text-muted hover:bg-secondary hover:text-heading"
                >
                  <X className="size-3.5" aria-hidden />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
