// Features in the palette: by number in the newest extraction of every SAE, by label wherever one fits.
import { useQueries } from '@tanstack/react-query'
import { read } from '../data/index.js'
import { places } from '../places/index.js'
import { useSettled } from '../ui/index.js'
import { featuresByNumber, newestBySae, type PaletteEntry, type PaletteExtraction } from './palette-rank.js'

const MOST_LABELS = 5
const LEAST_LETTERS = 2
const WAIT_MS = 250

export const usePaletteFeatures = (
  extractions: readonly PaletteExtraction[] | undefined,
  text: string,
): PaletteEntry[] => {
  const newest = newestBySae(extractions ?? [])
  const settled = useSettled(text.trim(), WAIT_MS)
  const byLabel = settled.length >= LEAST_LETTERS && !/^#?\d+$/.test(settled)
  const query = { search: settled, labelled: 'true', includeDead: 'true', limit: MOST_LABELS }
  const found = useQueries({
    queries: newest.map(({ id }) =>
      Object.assign(read('listFeatures', { params: { id }, query }), { enabled: byLabel, staleTime: 30_000 }),
    ),
  })
  if (!byLabel) return featuresByNumber(newest, text)
  return found.flatMap(({ data }, at) => {
    const { id = '', saeName = '' } = newest[at] ?? {}
    return (data?.items ?? [])
      .filter(({ label }) => label?.toLowerCase().includes(settled.toLowerCase()))
      .map(({ index, label }) => ({
        label: `${label} · feature ${index} of ${saeName}`,
        kind: 'Feature',
        to: places.feature({ extractionId: id, index }),
      }))
  })
}
