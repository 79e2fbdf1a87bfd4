// SAEs: list, import, page.
import Network from 'lucide-react/icons/network'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.saes(), label: 'SAEs', icon: Network, key: 'a', group: 'Build', order: 20 },
  pages: [
    pageOf(places.saes, async () => (await import('./view/saes-page.js')).SaesPage),
    pageOf(places.importSae, async () => (await import('./view/import-page.js')).ImportSaePage),
    pageOf(places.sae, async () => (await import('./view/sae-page.js')).SaePage),
  ],
}
