// The tensors of a model's files, and statistics with a histogram of the one that is chosen.
import type { Model, ModelTensor } from '@mistudio/contracts'
import { useState } from 'react'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  Card,
  ErrorState,
  FilteredEmpty,
  formatBytes,
  plural,
  SearchInput,
  Select,
  SkeletonList,
  usePlace,
} from '../../../ui/index.js'
import { useModelTensors } from '../api.js'
import { filterTensors, type PartFilter, partsIn } from '../tensors.js'
import { TensorDetail } from './tensor-detail.js'
import { TensorList } from './tensor-list.js'

const PART_LABELS: Record<PartFilter, string> = {
  all: 'All parts',
  embedding: 'Embedding',
  attention: 'Attention',
  mlp: 'MLP',
  norm: 'Norms',
  unembedding: 'Unembedding',
  unused: 'Not used',
}

export function WeightsTab({ model }: { model: Model }) {
  const tensors = useModelTensors(model.id)
  const since = useLiveStatus((s) => s.lastContact)
  if (tensors.error && !tensors.data)
    return <ErrorState error={tensors.error} since={since} onRetry={() => void tensors.refetch()} />
  if (!tensors.data) return <SkeletonList rows={2} className="h-60" />
  return <Weights model={model} tensors={tensors.data} />
}

function Weights({ model, tensors }: { model: Model; tensors: readonly ModelTensor[] }) {
  const [search, setSearch] = useState('')
  const [part, setPart] = useState<PartFilter>('all')
  const [asked, change] = usePlace(places.model)
  const chosen = tensors.find(({ name }) => name === asked.tensor) ?? null
  const choose = (tensor: string) => change({ tensor }, { replace: true })
  const clear = () => {
    setSearch('')
    setPart('all')
  }
  const shown = filterTensors(tensors, search, part)
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0)
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,380px)]">
      <Card title="Tensors" description={`${plural(tensors.length, 'tensor')}, ${formatBytes(bytes)} in the files`}>
        <div className="mb-4 flex flex-wrap gap-3">
          <SearchInput value={search} onChange={setSearch} placeholder="Find a tensor" className="w-64" />
          <Select<PartFilter>
            aria-label="Part"
            className="w-40"
            value={part}
            onChange={setPart}
            options={partsIn(tensors).map((value) => ({ value, label: PART_LABELS[value] }))}
          />
        </div>
        {shown.length === 0 ? (
          <FilteredEmpty onClear={clear}>No tensor fits ({tensors.length} before filtering).</FilteredEmpty>
        ) : (
          <TensorList tensors={shown} chosen={chosen?.name ?? null} onChoose={choose} />
        )}
      </Card>
      <div className="lg:sticky lg:top-4">
        {chosen ? (
          <TensorDetail key={chosen.name} modelId={model.id} tensor={chosen} />
        ) : (
          <Card title="Statistics">
            <p className="text-sm text-muted">
              Choose a tensor: its values are read from the file, all of them, and kept for the next time.
            </p>
          </Card>
        )}
      </div>
    </div>
  )
}
