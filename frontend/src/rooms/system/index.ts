// The machine and the stored data.
import Activity from 'lucide-react/icons/activity'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.system(), label: 'System', icon: Activity, key: 'y', group: 'Operate', order: 20 },
  pages: [pageOf(places.system, async () => (await import('./view/system-page.js')).SystemPage)],
}
