// Search, filters and the way to one feature by number.
import type { Extraction } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { places } from '../../../places/index.js'
import { parseIndex } from '../../../shared/feature-number.js'
import { Button, Checkbox, Input, NumberField, SearchInput } from '../../../ui/index.js'
import { clearFilters, type Filters, isFiltered } from '../filters.js'

interface Props {
  filters: Filters
  onFilters(filters: Filters): void
}

export function FilterBar({ filters, onFilters }: Props) {
  const set = (part: Partial<Filters>) => onFilters({ ...filters, ...part })
  const range = (label: string, low: 'minDensity' | 'minActivation', high: 'maxDensity' | 'maxActivation') => (
    <fieldset className="flex items-end gap-1.5">
      <legend className="mb-1 text-xs text-muted">{label}</legend>
      <span className="w-24">
        <NumberField
          value={filters[low]}
          onChange={(value) => set({ [low]: value })}
          min={0}
          placeholder="from"
          aria-label={`${label} from`}
        />
      </span>
      <span className="w-24">
        <NumberField
          value={filters[high]}
          onChange={(value) => set({ [high]: value })}
          min={0}
          placeholder="to"
          aria-label={`${label} to`}
        />
      </span>
    </fieldset>
  )
  return (
    <div className="mb-3 flex flex-wrap items-end gap-x-5 gap-y-3">
      <SearchInput
        value={filters.search}
        onChange={(search) => set({ search })}
        placeholder="Search labels, tokens, examples"
        className="w-72"
      />
      {range('Density (share of tokens)', 'minDensity', 'maxDensity')}
      {range('Max activation', 'minActivation', 'maxActivation')}
      <div className="flex h-9 items-center gap-4">
        <Checkbox checked={filters.starred} onChange={(starred) => set({ starred })} label="Starred" />
        <Checkbox checked={filters.labelled} onChange={(labelled) => set({ labelled })} label="Labelled" />
        <Checkbox checked={filters.includeDead} onChange={(includeDead) => set({ includeDead })} label="Include dead" />
      </div>
      {isFiltered(filters) && (
        <Button kind="ghost" onClick={() => onFilters(clearFilters(filters))}>
          Clear filters
        </Button>
      )}
    </div>
  )
}

export function GoTo({ extraction }: { extraction: Extraction }) {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const index = parseIndex(text, extraction.dSae)
  const [tried, setTried] = useState(false)
  const wrong = tried && text !== '' && index === null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (index !== null) void navigate(places.feature({ extractionId: extraction.id, index }))
  }
  return (
    <form onSubmit={submit} className="flex items-center gap-2">
      <Input
        aria-label="Go to feature number"
        value={text}
        inputMode="numeric"
        placeholder="Go to feature #"
        aria-invalid={wrong || undefined}
        title={wrong ? `Feature numbers go from 0 to ${extraction.dSae - 1}.` : undefined}
        onChange={(event) => setText(event.target.value)}
        className="w-36"
      />
      {wrong && <span className="text-xs text-tone-red">0 to {extraction.dSae - 1}</span>}
      <Button type="submit" disabledReason={text === '' ? 'Type a feature number.' : null}>
        Go
      </Button>
    </form>
  )
}
