// The list of datasets and the way to add one.
import Database from 'lucide-react/icons/database'
import Plus from 'lucide-react/icons/plus'
import { byName, byTag, oldestFirst, ResourceList, type RulesOf, workFirst } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { Button, formatBytes, plural, usePlace } from '../../../ui/index.js'
import { deleteDataset } from '../api.js'
import { AddDatasetDialog } from './add-dataset.js'
import { DatasetCard } from './dataset-card.js'

const NOUNS = { one: 'dataset', many: 'datasets' }
const RULES: RulesOf<'listDatasets'> = {
  orders: [workFirst, oldestFirst, byName, { id: 'documents', label: 'Most documents first', sort: '-documents' }],
  filters: [
    byTag,
    { id: 'tokenized', label: 'Tokens', say: (value) => (value === 'yes' ? 'tokenized' : 'not tokenized') },
  ],
}

export function DatasetsPage() {
  const [{ add: adding }, change] = usePlace(places.datasets)
  const setAdding = (add: boolean) => change({ add }, { replace: true })
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
      Add dataset
    </Button>
  )
  return (
    <ResourceList
      of="listDatasets"
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
