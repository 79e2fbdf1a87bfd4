// Search, filters and the way to one feature by number.
import type { Extraction } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { places } from '../../../places/index.js'
import { parseIndex } from '../../../shared/feature-number.js'
import { Button, Checkbox, Input, NumberField, plural, SearchInput } from '../../../ui/index.js'
import { clearFilters, type Filters, fromPercent, isFiltered, toPercent } from '../filters.js'
import { ListFilter } from './list-filter.js'

interface Props {
  saeId: string
  filters: Filters
  onFilters(filters: Filters): void
}

export function FilterBar({ saeId, filters, onFilters }: Props) {
  const set = (part: Partial<Filters>) => onFilters({ ...filters, ...part })
  const bound = (
    label: string,
    end: 'from' | 'to',
    value: number | null,
    onChange: (value: number | null) => void,
    max?: number,
  ) => (
    <span className="w-20">
      <NumberField
        value={value}
        onChange={onChange}
        min={0}
        {...(max === undefined ? {} : { max })}
        placeholder={end}
        aria-label={`${label} ${end}`}
        className="px-2"
      />
    </span>
  )
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
      <SearchInput
        value={filters.search}
        onChange={(search) => set({ search })}
        placeholder="Search labels, tokens, examples"
        className="w-64"
      />
      <fieldset className="flex items-end gap-1.5">
        <legend className="mb-1 text-xs text-muted">Density, % of tokens</legend>
        {bound(
          'Density in percent',
          'from',
          toPercent(filters.minDensity),
          (value) => set({ minDensity: fromPercent(value) }),
          100,
        )}
        {bound(
          'Density in percent',
          'to',
          toPercent(filters.maxDensity),
          (value) => set({ maxDensity: fromPercent(value) }),
          100,
        )}
      </fieldset>
      <fieldset className="flex items-end gap-1.5">
        <legend className="mb-1 text-xs text-muted">Max activation</legend>
        {bound('Max activation', 'from', filters.minActivation, (minActivation) => set({ minActivation }))}
        {bound('Max activation', 'to', filters.maxActivation, (maxActivation) => set({ maxActivation }))}
      </fieldset>
      <div className="flex h-9 items-center gap-4">
        <Checkbox checked={filters.starred} onChange={(starred) => set({ starred })} label="Starred" />
        <Checkbox checked={filters.labelled} onChange={(labelled) => set({ labelled })} label="Labelled" />
        <Checkbox checked={filters.includeDead} onChange={(includeDead) => set({ includeDead })} label="Include dead" />
      </div>
      <ListFilter saeId={saeId} filters={filters} onFilters={onFilters} />
      {filters.indices && (
        <span className="flex h-9 items-center rounded-lg bg-tile px-3 text-sm text-heading">
          {plural(filters.indices.length, 'chosen feature')}
        </span>
      )}
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
