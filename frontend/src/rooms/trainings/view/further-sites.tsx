// The further sites of a crosscoder: added one by one, taken off by a press.
import { MOST_SITES, OPTION_TEXTS, type Site } from '@mistudio/contracts'
import X from 'lucide-react/icons/x'
import { SitePicker } from '../../../shared/sites/index.js'
import { Field } from '../../../ui/index.js'

interface Props {
  chosen: readonly string[]
  /** The model's, without the first one of the crosscoder. */
  sites: readonly Site[]
  error: string | undefined
  locked: boolean
  onChange(chosen: string[]): void
}

export function FurtherSites({ chosen, sites, error, locked, onChange }: Props) {
  const left = sites.filter(({ name }) => !chosen.includes(name))
  const full = chosen.length >= MOST_SITES - 1
  return (
    <div className="min-w-0">
      <Field
        label={OPTION_TEXTS.moreSites.label}
        help={OPTION_TEXTS.moreSites.help}
        error={error}
        hint={
          chosen.length > 0
            ? `This trains a crosscoder of ${chosen.length + 1} sites; features are × the widest.`
            : 'Another site makes it a crosscoder: one dictionary that reads and writes all of them. Extractions and steering take SAEs of one site.'
        }
      >
        <SitePicker
          title="Further site of the crosscoder"
          value=""
          disabled={locked || full || left.length === 0}
          onChange={(name) => onChange([...chosen, name])}
          sites={left}
          placeholder={full ? `At most ${MOST_SITES} sites` : chosen.length > 0 ? 'Add another site' : 'None'}
        />
      </Field>
      {chosen.length > 0 && (
        <ul className="mt-2 flex flex-wrap gap-1.5" aria-label="Further sites of the crosscoder">
          {chosen.map((name) => (
            <li
              key={name}
              className="inline-flex items-center gap-1 rounded-lg bg-tile py-1 pr-1 pl-2 font-mono text-xs text-heading"
            >
              {name}
              {!locked && (
                <button
                  type="button"
                  aria-label={`Leave out ${name}`}
                  onClick={() => onChange(chosen.filter((one) => one !== name))}
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
