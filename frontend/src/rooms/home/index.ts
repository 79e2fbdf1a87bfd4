// Home: where to begin and what is under way.
import House from 'lucide-react/icons/house'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.home(), label: 'Home', icon: House, key: 'h', group: 'Home', order: 10 },
  pages: [pageOf(places.home, async () => (await import('./view/home-page.js')).HomePage)],
}
