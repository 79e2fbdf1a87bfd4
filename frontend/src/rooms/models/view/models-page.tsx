// The list of models and the way to add one.
import CloudDownload from 'lucide-react/icons/cloud-download'
import Plus from 'lucide-react/icons/plus'
import Server from 'lucide-react/icons/server'
import { byName, byTag, oldestFirst, ResourceList, type RulesOf, workFirst } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { Button, LinkButton, usePlace } from '../../../ui/index.js'
import { deleteModel } from '../api.js'
import { AddModelDialog } from './add-model.js'
import { ModelCard } from './model-card.js'

const RULES: RulesOf<'listModels'> = {
  orders: [workFirst, oldestFirst, byName, { id: 'size', label: 'Largest first', sort: '-parameters' }],
  filters: [
    byTag,
    { id: 'architecture', label: 'Architecture', say: (value) => (value === 'unknown' ? 'not read yet' : value) },
    { id: 'precision', label: 'Precision' },
  ],
}

export function ModelsPage() {
  const [{ add: adding }, change] = usePlace(places.models)
  const setAdding = (add: boolean) => change({ add }, { replace: true })
  const add = (
    <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
      Add model
    </Button>
  )
  return (
    <ResourceList
      of="listModels"
      title="Models"
      subtitle="Language models to look inside, from a folder on the server or from this computer."
      nouns={{ one: 'model', many: 'models' }}
      rules={RULES}
      icon={Server}
      actions={
        <>
          <LinkButton to={places.hub()} icon={CloudDownload}>
            From the hub
          </LinkButton>
          {add}
        </>
      }
      empty="No models here yet. Choose a folder that holds config.json, tokenizer.json and safetensors weights or an ONNX export, or start with the small bundled one in the demo folder."
      emptyActions={add}
      nameOf={({ name }) => name}
      card={(model) => <ModelCard model={model} />}
      deletion={{
        goes: ({ hub }) => ['The entry, with its parity report', hub !== null && 'The downloaded files'],
        stays: () => ['Uploaded files and files in import folders', 'Models that something needs: each is named'],
        remove: ({ id }) => deleteModel(id, false),
      }}
    >
      <AddModelDialog open={adding === true} onClose={() => setAdding(false)} />
    </ResourceList>
  )
}
