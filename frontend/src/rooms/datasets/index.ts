// Datasets: list, page.
import Database from 'lucide-react/icons/database'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.datasets(), label: 'Datasets', icon: Database, key: 'd', group: 'Prepare', order: 30 },
  pages: [
    pageOf(places.datasets, async () => (await import('./view/datasets-page.js')).DatasetsPage),
    pageOf(places.dataset, async () => (await import('./view/dataset-page.js')).DatasetPage),
  ],
}
