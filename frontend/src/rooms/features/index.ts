// Features: extractions, the browser of one extraction, one feature.
import Layers from 'lucide-react/icons/layers'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.extractions(), label: 'Features', icon: Layers, key: 'f', group: 'Understand', order: 10 },
  pages: [
    pageOf(places.extractions, async () => (await import('./view/extractions-page.js')).ExtractionsPage),
    pageOf(places.features, async () => (await import('./view/browser-page.js')).BrowserPage),
    pageOf(places.feature, async () => (await import('./view/feature-page.js')).FeaturePage),
  ],
}
