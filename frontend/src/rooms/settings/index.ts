// Settings.
import Settings from 'lucide-react/icons/settings'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.settings(), label: 'Settings', icon: Settings, key: ',', group: 'Foot', order: 10 },
  pages: [pageOf(places.settings, async () => (await import('./view/settings-page.js')).SettingsPage)],
}
