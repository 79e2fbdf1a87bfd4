// Chosen features with what is done with each, and a search by number, label or token to add more.
import { type Extraction, STEERING_LIMITS, type SteeringAction } from '@mistudio/contracts'
import Plus from 'lucide-react/icons/plus'
import X from 'lucide-react/icons/x'
import { useState } from 'react'
import { Link } from 'react-router'
import { useFeature, useFeatureSearch } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { parseIndex } from '../../../shared/feature-number.js'
import { visibleToken } from '../../../tokens/index.js'
import { Button, errorText, formatValue, Help, IconButton, SearchInput, Select } from '../../../ui/index.js'
import { addFeature, removeFeature, type SteeringDraft, setAction, sharedAction } from '../draft.js'
import { ACTIONS } from '../words.js'

interface Props {
  extraction: Extraction
  draft: SteeringDraft
  onDraft(draft: SteeringDraft): void
}

export function FeaturePicker({ extraction, draft, onDraft }: Props) {
  const [search, setSearch] = useState('')
  const found = useFeatureSearch(search ? extraction.id : '', search, 8)
  const index = parseIndex(search, extraction.dSae)
  const add = (chosen: number) => {
    onDraft(addFeature(draft, chosen))
    setSearch('')
  }
  const rows = (found.data?.items ?? []).filter((row) => !draft.features.includes(row.index))
  const full = draft.features.length >= STEERING_LIMITS.features
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium text-heading">Features</legend>
      {draft.features.length > 0 && (
        <ul className="mb-2 space-y-1.5">
          {draft.features.map((chosen) => (
            <Chosen
              key={chosen}
              extractionId={extraction.id}
              index={chosen}
              action={sharedAction(draft, chosen)}
              onAction={(action) => onDraft(setAction(draft, chosen, action))}
              onRemove={() => onDraft(removeFeature(draft, chosen))}
            />
          ))}
        </ul>
      )}
      {full ? (
        <p className="text-xs text-muted">{STEERING_LIMITS.features} features are the most at once.</p>
      ) : (
        <SearchInput value={search} onChange={setSearch} placeholder="Add by number, label or token" />
      )}
      {search && !full && (
        <ul
          aria-label="Found features"
          className="mt-1.5 max-h-64 space-y-0.5 overflow-y-auto rounded-lg border border-line p-1"
        >
          {index !== null && !draft.features.includes(index) && (
            <li>
              <Button kind="ghost" size="sm" icon={Plus} className="w-full justify-start" onClick={() => add(index)}>
                Feature {index}
              </Button>
            </li>
          )}
          {rows
            .filter((row) => row.index !== index)
            .map((row) => (
              <li key={row.index}>
                <button
                  type="button"
                  onClick={() => add(row.index)}
                  className="flex w-full items-baseline gap-2 rounded px-2 py-1.5 text-left text-sm hover:bg-hover focus-visible:-outline-offset-2"
                >
                  <span className="font-mono text-heading">{row.index}</span>
                  <span className="min-w-0 flex-1 truncate">
                    {row.label ?? row.topTokens.slice(0, 4).map(visibleToken).join('  ')}
                  </span>
                  <span className="text-xs text-muted">max {formatValue(row.maxActivation)}</span>
                </button>
              </li>
            ))}
          {found.error && <li className="px-2 py-1.5 text-sm text-tone-red">{errorText(found.error)}</li>}
          {found.data && rows.length === 0 && index === null && (
            <li className="px-2 py-1.5 text-sm text-muted">No feature fits “{search}”.</li>
          )}
        </ul>
      )}
      {draft.features.length === 0 && !search && (
        <p className="mt-1.5 text-xs text-muted">
          Or pick some in the{' '}
          <Link to={places.features({ extractionId: extraction.id })} className="underline">
            feature browser
          </Link>
          .
        </p>
      )}
    </fieldset>
  )
}

interface ChosenProps {
  extractionId: string
  index: number
  /** null: columns differ in it. */
  action: SteeringAction | null
  onAction(action: SteeringAction): void
  onRemove(): void
}

const OPTIONS = (Object.keys(ACTIONS) as SteeringAction[]).map((value) => ({ value, label: ACTIONS[value].label }))

function Chosen({ extractionId, index, action, onAction, onRemove }: ChosenProps) {
  const feature = useFeature(extractionId, index)
  const words = feature.data && (feature.data.label ?? feature.data.topTokens.slice(0, 4).map(visibleToken).join('  '))
  return (
    <li className="rounded-lg bg-tile py-1 pr-1 pl-3 text-sm">
      <div className="flex items-center gap-2">
        <Link to={places.feature({ extractionId, index })} className="font-mono text-heading hover:underline">
          #{index}
        </Link>
        <span className="min-w-0 flex-1 truncate text-body" title={words}>
          {feature.error ? <span className="text-tone-red">{errorText(feature.error)}</span> : words}
        </span>
        {feature.data && (
          <span
            className="text-xs text-muted tabular-nums"
            title="Its strongest activation in the extraction: the unit of the strength"
          >
            max {formatValue(feature.data.maxActivation)}
          </span>
        )}
        <IconButton icon={X} label={`Remove feature ${index}`} onClick={onRemove} className="size-8" />
      </div>
      <div className="flex items-center gap-1 pb-1">
        <Select<SteeringAction>
          aria-label={`What is done with feature ${index}`}
          value={action ?? ''}
          placeholder="differs between columns"
          onChange={onAction}
          options={OPTIONS}
          className="flex-1"
        />
        <Help label="What is done with it">
          <ul className="space-y-1.5">
            {OPTIONS.map(({ value, label }) => (
              <li key={value}>
                <span className="text-heading">{label}.</span> {ACTIONS[value].help}
              </li>
            ))}
          </ul>
        </Help>
      </div>
    </li>
  )
}
