// Jobs: list, page.
import ListChecks from 'lucide-react/icons/list-checks'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.jobs(), label: 'Jobs', icon: ListChecks, key: 'j', group: 'Operate', order: 10 },
  pages: [
    pageOf(places.jobs, async () => (await import('./view/jobs-page.js')).JobsPage),
    pageOf(places.job, async () => (await import('./view/job-page.js')).JobPage),
  ],
}
