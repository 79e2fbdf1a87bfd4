// Models, datasets and SAEs of the Hugging Face hub.
import CloudDownload from 'lucide-react/icons/cloud-download'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.hub(), label: 'Hub', icon: CloudDownload, key: 'b', group: 'Prepare', order: 20 },
  pages: [pageOf(places.hub, async () => (await import('./view/hub-page.js')).HubPage)],
}
