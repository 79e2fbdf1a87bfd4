// The list of datasets and the way to add one.
import Database from 'lucide-react/icons/database'
import Plus from 'lucide-react/icons/plus'
import { useState } from 'react'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { sortByWork } from '../../../shared/order.js'
import {
  Button,
  EmptyState,
  ErrorState,
  FilteredEmpty,
  Page,
  SearchInput,
  SkeletonList,
  usePlace,
} from '../../../ui/index.js'
import { useDatasets } from '../api.js'
import { AddDatasetDialog } from './add-dataset.js'
import { DatasetCard } from './dataset-card.js'

export function DatasetsPage() {
  const datasets = useDatasets()
  const since = useLiveStatus((s) => s.lastContact)
  const [{ add: adding }, change] = usePlace(places.datasets)
  const [search, setSearch] = useState('')
  const setAdding = (add: boolean) => change({ add }, { replace: true })
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
      Add dataset
    </Button>
  )
  const list = datasets.data ?? []
  const found = list.filter((d) => `${d.name} ${d.fileName}`.toLowerCase().includes(search.toLowerCase()))
  return (
    <Page title="Datasets" subtitle="Texts whose activations are read." actions={add}>
      {list.length > 3 && (
        <SearchInput value={search} onChange={setSearch} placeholder="Find a dataset" className="mb-4 max-w-sm" />
      )}
      {datasets.error && !datasets.data ? (
        <ErrorState error={datasets.error} since={since} onRetry={() => void datasets.refetch()} />
      ) : !datasets.data ? (
        <SkeletonList rows={2} className="h-32" />
      ) : list.length === 0 ? (
        <EmptyState icon={Database} action={add}>
          Text to read activations from. A few thousand short texts are enough for a first look. JSON Lines, JSON, CSV,
          plain text and Parquet are read.
        </EmptyState>
      ) : found.length === 0 ? (
        <FilteredEmpty onClear={() => setSearch('')}>
          No dataset fits “{search}” ({list.length} before filtering).
        </FilteredEmpty>
      ) : (
        <div className="grid gap-4 lg:grid-cols-2">
          {sortByWork(found).map((dataset) => (
            <DatasetCard key={dataset.id} dataset={dataset} />
          ))}
        </div>
      )}
      <AddDatasetDialog open={adding === true} onClose={() => setAdding(false)} />
    </Page>
  )
}
