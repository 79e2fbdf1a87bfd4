// The feature browser of one extraction: filters in the address, rows by the thousand, keyboard.
import type { Extraction } from '@mistudio/contracts'
import Layers from 'lucide-react/icons/layers'
import { useState } from 'react'
import { useExtraction } from '../../../data/index.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { useLiveStatus, useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { summaryLine, textLine } from '../../../shared/extractions/index.js'
import {
  EmptyState,
  ErrorState,
  FilteredEmpty,
  formatNumber,
  LinkButton,
  Page,
  SkeletonList,
  usePlace,
} from '../../../ui/index.js'
import { useFirstPage } from '../api.js'
import { clearFilters, type Filters, isFiltered, readFilters, toQuery, writeFilters } from '../filters.js'
import { DensityStrip } from './density-strip.js'
import { FeatureTable } from './feature-table.js'
import { FilterBar, GoTo } from './filter-bar.js'
import { OwnText } from './own-text.js'
import { SelectionBar } from './selection-bar.js'

const CRUMBS = [{ label: 'Features', to: places.extractions() }]

export function BrowserPage() {
  const [{ extractionId = '' }] = usePlace(places.features)
  const extraction = useExtraction(extractionId)
  const since = useLiveStatus((state) => state.lastContact)
  useSubject('extraction', extractionId)
  if (extraction.data?.status === 'ready') return <Browser key={extractionId} extraction={extraction.data} />
  return (
    <Page title={extraction.data ? extraction.data.saeName : 'Features'} crumbs={CRUMBS}>
      {extraction.error && !extraction.data ? (
        <ErrorState error={extraction.error} since={since} onRetry={() => void extraction.refetch()} />
      ) : !extraction.data ? (
        <SkeletonList rows={8} className="h-11" />
      ) : (
        <EmptyState icon={Layers} action={<LinkButton to={places.extractions()}>To the extractions</LinkButton>}>
          {extraction.data.status === 'running'
            ? 'Features appear when the dataset has been read.'
            : 'This extraction did not finish, so there are no features to show.'}
          {extraction.data.status === 'running' && extraction.data.job && (
            <JobProgress job={extraction.data.job} label="Extracting" />
          )}
        </EmptyState>
      )}
    </Page>
  )
}

function Browser({ extraction }: { extraction: Extraction }) {
  const [asked, change] = usePlace(places.features)
  const filters = readFilters(asked)
  const query = toQuery(filters)
  const first = useFirstPage(extraction.id, query)
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const setFilters = (next: Filters) => change(writeFilters(next), { replace: true })
  const total = first.data?.meta.total
  return (
    <Page
      wide
      title={extraction.saeName}
      documentTitle={`Features of ${extraction.saeName}`}
      crumbs={CRUMBS}
      actions={<GoTo extraction={extraction} />}
    >
      <div className="-mt-4 space-y-2.5 pb-2">
        <p className="text-sm text-muted">
          {extraction.datasetName} · {summaryLine(extraction) ?? extraction.site} ·{' '}
          <span className="text-xs">{textLine(extraction)}</span>
        </p>
        <FilterBar saeId={extraction.saeId} filters={filters} onFilters={setFilters} />
        <OwnText extraction={extraction} index={null} max={null} />
        <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5">
            {selected.size === 0 && (
              <p className="text-sm text-muted tabular-nums" aria-live="polite">
                {total === undefined
                  ? 'Counting…'
                  : `${formatNumber(total)} of ${formatNumber(extraction.dSae)} features`}
                {!filters.includeDead &&
                  !isFiltered(filters) &&
                  total !== undefined &&
                  total < extraction.dSae &&
                  ' (the others never fired)'}
              </p>
            )}
            <SelectionBar
              extraction={extraction}
              filters={filters}
              total={total ?? 0}
              selected={selected}
              onSelected={setSelected}
            />
          </div>
          <DensityStrip extractionId={extraction.id} filters={filters} onFilters={setFilters} />
        </div>
      </div>
      {first.error && !first.data ? (
        <ErrorState error={first.error} onRetry={() => void first.refetch()} />
      ) : total === 0 ? (
        <FilteredEmpty onClear={() => setFilters(clearFilters(filters))}>
          No feature fits these filters ({formatNumber(extraction.summary?.aliveFeatures ?? extraction.dSae)} before
          filtering).
        </FilteredEmpty>
      ) : (
        <FeatureTable
          extraction={extraction}
          filters={filters}
          total={total ?? null}
          onFilters={setFilters}
          selected={selected}
          onSelected={setSelected}
        />
      )}
    </Page>
  )
}
