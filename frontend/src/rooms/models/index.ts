// Models: list, page.
import Server from 'lucide-react/icons/server'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.models(), label: 'Models', icon: Server, key: 'm', group: 'Prepare', order: 10 },
  pages: [
    pageOf(places.models, async () => (await import('./view/models-page.js')).ModelsPage),
    pageOf(places.model, async () => (await import('./view/model-page.js')).ModelPage),
  ],
}
