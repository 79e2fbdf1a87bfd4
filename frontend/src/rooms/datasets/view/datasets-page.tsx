// The list of datasets and the way to add one.
import type { Dataset } from '@mistudio/contracts'
import Database from 'lucide-react/icons/database'
import Plus from 'lucide-react/icons/plus'
import { useDatasets } from '../../../data/index.js'
import { byName, type ListRules, newestFirst, oldestFirst, ResourceList, workFirst } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { Button, formatBytes, plural, usePlace } from '../../../ui/index.js'
import { deleteDataset } from '../api.js'
import { AddDatasetDialog } from './add-dataset.js'
import { DatasetCard } from './dataset-card.js'

const NOUNS = { one: 'dataset', many: 'datasets' }
const RULES: ListRules<Dataset> = {
  words: ({ name, fileName }) => `${name} ${fileName}`,
  orders: [
    workFirst(({ status }) => status === 'importing', newestFirst()),
    oldestFirst(),
    byName(({ name }) => name),
    {
      id: 'documents',
      label: 'Most documents first',
      compare: (a, b) => (b.stats?.documents ?? 0) - (a.stats?.documents ?? 0),
    },
  ],
  filters: [
    {
      id: 'tokenized',
      label: 'Tokens',
      of: ({ tokenizations }) =>
        tokenizations > 0 ? { value: 'yes', label: 'tokenized' } : { value: 'no', label: 'not tokenized' },
    },
  ],
}

export function DatasetsPage() {
  const datasets = useDatasets()
  const [{ add: adding }, change] = usePlace(places.datasets)
  const setAdding = (add: boolean) => change({ add }, { replace: true })
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
      Add dataset
    </Button>
  )
  return (
    <ResourceList
      of={datasets}
      title="Datasets"
      subtitle="Texts whose activations are read."
      nouns={NOUNS}
      rules={RULES}
      icon={Database}
      actions={add}
      empty="Text to read activations from. A few thousand short texts are enough for a first look. JSON Lines, JSON, CSV, plain text and Parquet are read."
      emptyActions={add}
      nameOf={({ name }) => name}
      card={(dataset) => <DatasetCard dataset={dataset} />}
      columns={2}
      deletion={{
        goes: ({ stats, tokenizations }) => [
          stats ? `Its texts (${formatBytes(stats.bytes)})` : 'Its texts',
          tokenizations > 0 && plural(tokenizations, 'tokenization'),
        ],
        stays: () => ['The files they were imported from'],
        remove: ({ id }) => deleteDataset(id),
      }}
    >
      <AddDatasetDialog open={adding === true} onClose={() => setAdding(false)} />
    </ResourceList>
  )
}
