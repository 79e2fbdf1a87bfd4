// Training: list, new, one training, several beside one another.
import GraduationCap from 'lucide-react/icons/graduation-cap'
import { pageOf, type RoomFace } from '../../kit/index.js'
import { places } from '../../places/index.js'

export const room: RoomFace = {
  line: { path: places.trainings(), label: 'Training', icon: GraduationCap, key: 't', group: 'Build', order: 10 },
  pages: [
    pageOf(places.trainings, async () => (await import('./view/trainings-page.js')).TrainingsPage),
    pageOf(places.newTraining, async () => (await import('./view/new-training-page.js')).NewTrainingPage),
    pageOf(places.compareTrainings, async () => (await import('./view/compare-page.js')).ComparePage),
    pageOf(places.training, async () => (await import('./view/training-page.js')).TrainingPage),
  ],
}
