// The list of models and the way to add one.
import CloudDownload from 'lucide-react/icons/cloud-download'
import Plus from 'lucide-react/icons/plus'
import Server from 'lucide-react/icons/server'
import { useState } from 'react'
import { useModels } from '../../../data/models.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { sortByWork } from '../../../shared/order.js'
import {
  Button,
  EmptyState,
  ErrorState,
  FilteredEmpty,
  LinkButton,
  Page,
  SearchInput,
  SkeletonList,
  usePlace,
} from '../../../ui/index.js'
import { AddModelDialog } from './add-model.js'
import { ModelCard } from './model-card.js'

export function ModelsPage() {
  const models = useModels()
  const since = useLiveStatus((s) => s.lastContact)
  const [{ add: adding }, change] = usePlace(places.models)
  const [search, setSearch] = useState('')
  const setAdding = (add: boolean) => change({ add }, { replace: true })
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
      Add model
    </Button>
  )
  const list = models.data ?? []
  const found = list.filter((m) =>
    `${m.name} ${m.spec?.architecture ?? ''} ${m.path}`.toLowerCase().includes(search.toLowerCase()),
  )
  return (
    <Page
      title="Models"
      subtitle="Language models to look inside, from a folder on the server or from this computer."
      actions={
        <>
          <LinkButton to={places.hub()} icon={CloudDownload}>
            From the hub
          </LinkButton>
          {add}
        </>
      }
    >
      {list.length > 3 && (
        <SearchInput value={search} onChange={setSearch} placeholder="Find a model" className="mb-4 max-w-sm" />
      )}
      {models.error && !models.data ? (
        <ErrorState error={models.error} since={since} onRetry={() => void models.refetch()} />
      ) : !models.data ? (
        <SkeletonList rows={2} className="h-32" />
      ) : list.length === 0 ? (
        <EmptyState icon={Server} action={add}>
          No models here yet. Choose a folder that holds config.json, tokenizer.json and safetensors weights or an ONNX
          export, or start with the small bundled one in the demo folder.
        </EmptyState>
      ) : found.length === 0 ? (
        <FilteredEmpty onClear={() => setSearch('')}>
          No model fits “{search}” ({list.length} before filtering).
        </FilteredEmpty>
      ) : (
        <div className="space-y-3">
          {sortByWork(found).map((model) => (
            <ModelCard key={model.id} model={model} />
          ))}
        </div>
      )}
      <AddModelDialog open={adding === true} onClose={() => setAdding(false)} />
    </Page>
  )
}
