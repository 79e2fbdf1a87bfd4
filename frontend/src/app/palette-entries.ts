// What the palette can go to: rooms, and the things that the rooms list.
import type { Extraction } from '@mistudio/contracts'
import { useMemo } from 'react'
import { useDatasets, useExtractions, useModels, useSaes, useTrainings } from '../data/index.js'
import { places } from '../places/index.js'
import { ROOMS } from './nav.js'
import type { PaletteEntry } from './palette-rank.js'

const FIXED: readonly PaletteEntry[] = [
  ...ROOMS.map((room) => ({ label: room.label, kind: 'Room', to: room.path })),
  { label: 'Add a model', kind: 'Action', to: places.models({ add: true }) },
  { label: 'Add a dataset', kind: 'Action', to: places.datasets({ add: true }) },
  { label: 'Train an SAE', kind: 'Action', to: places.newTraining() },
]

export const usePaletteEntries = (): { entries: PaletteEntry[]; extractions: readonly Extraction[] | undefined } => {
  const models = useModels().data
  const datasets = useDatasets().data
  const trainings = useTrainings().data
  const saes = useSaes().data
  const extractions = useExtractions().data
  const entries = useMemo(
    () => [
      ...FIXED,
      ...(models ?? []).map((m) => ({ label: m.name, kind: 'Model', to: places.model({ id: m.id }) })),
      ...(datasets ?? []).map((d) => ({ label: d.name, kind: 'Dataset', to: places.dataset({ id: d.id }) })),
      ...(trainings ?? []).map((t) => ({ label: t.name, kind: 'Training', to: places.training({ id: t.id }) })),
      ...(saes ?? []).map((s) => ({ label: s.name, kind: 'SAE', to: places.sae({ id: s.id }) })),
      ...(extractions ?? []).map((e) => ({
        label: `Features of ${e.saeName}`,
        kind: 'Features',
        to: places.features({ extractionId: e.id }),
      })),
    ],
    [models, datasets, trainings, saes, extractions],
  )
  return { entries, extractions }
}
