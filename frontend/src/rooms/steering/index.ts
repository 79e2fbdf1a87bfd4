// Steering: the bench, and the bench with an experiment on it.
import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.steering(), label: 'Steering', icon: SlidersHorizontal, key: 's', group: 'Act', order: 10 },
  pages: [
    pageOf(places.steering, async () => (await import('./view/steering-page.js')).SteeringPage),
    pageOf(places.experiment, async () => (await import('./view/steering-page.js')).SteeringPage),
  ],
}
