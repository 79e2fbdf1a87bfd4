// Activation captures: list, new, page, two beside each other.
import Boxes from 'lucide-react/icons/boxes'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.captures(), label: 'Captures', icon: Boxes, key: 'v', group: 'Understand', order: 20 },
  pages: [
    pageOf(places.captures, async () => (await import('./view/captures-page.js')).CapturesPage),
    pageOf(places.newCapture, async () => (await import('./view/new-capture-page.js')).NewCapturePage),
    pageOf(places.compareCaptures, async () => (await import('./view/compare-page.js')).ComparePage),
    pageOf(places.capture, async () => (await import('./view/capture-page.js')).CapturePage),
  ],
}
