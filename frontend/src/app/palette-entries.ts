// What the palette can go to: rooms, and the things of the rooms that the server finds for what was typed; the newest while nothing was.
import type { ListAsked, ListedName } from '@mistudio/client'
import type { Extraction } from '@mistudio/contracts'
import { usePage } from '../data/index.js'
import { places } from '../places/index.js'
import { useSettled } from '../ui/index.js'
import { ROOMS } from './nav.js'
import { type PaletteEntry, searchFor } from './palette-rank.js'

const FIXED: readonly PaletteEntry[] = [
  ...ROOMS.map((room) => ({ label: room.label, kind: 'Room', to: room.path })),
  { label: 'Add a model', kind: 'Action', to: places.models({ add: true }) },
  { label: 'Add a dataset', kind: 'Action', to: places.datasets({ add: true }) },
  { label: 'Train an SAE', kind: 'Action', to: places.newTraining() },
]
/** As many as the palette shows in all. */
const MOST = 12
const WAIT_MS = 150
/** Extractions among which the newest of every SAE are looked for. */
const EXTRACTIONS = 50

export const usePaletteEntries = (
  text: string,
): { entries: PaletteEntry[]; extractions: readonly Extraction[] | undefined } => {
  const settled = useSettled(text, WAIT_MS)
  const useFound = <N extends ListedName>(name: N, kind: string) => {
    const search = searchFor(settled, kind)
    return usePage(name, { limit: MOST, ...(search ? { search } : {}) } as ListAsked<N>).data?.items ?? []
  }
  const models = useFound('listModels', 'Model')
  const datasets = useFound('listDatasets', 'Dataset')
  const trainings = useFound('listTrainings', 'Training')
  const saes = useFound('listSaes', 'SAE')
  const extractions = useFound('listExtractions', 'Features')
  const newest = usePage('listExtractions', { ready: 'true', limit: EXTRACTIONS })
  const entries = [
    ...FIXED,
    ...models.map((m) => ({ label: m.name, kind: 'Model', to: places.model({ id: m.id }) })),
    ...datasets.map((d) => ({ label: d.name, kind: 'Dataset', to: places.dataset({ id: d.id }) })),
    ...trainings.map((t) => ({ label: t.name, kind: 'Training', to: places.training({ id: t.id }) })),
    ...saes.map((s) => ({ label: s.name, kind: 'SAE', to: places.sae({ id: s.id }) })),
    ...extractions.map((e) => ({
      label: `Features of ${e.saeName}`,
      kind: 'Features',
      to: places.features({ extractionId: e.id }),
    })),
  ]
  return { entries, extractions: newest.data?.items }
}
