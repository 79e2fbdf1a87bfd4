// Training: list, new, one training, several beside one another.
import type { RouteObject } from 'react-router'
import { ComparePage } from './view/compare-page.js'
import { NewTrainingPage } from './view/new-training-page.js'
import { TrainingPage } from './view/training-page.js'
import { TrainingsPage } from './view/trainings-page.js'

export const routes: RouteObject[] = [
  { path: '/trainings', element: <TrainingsPage /> },
  { path: '/trainings/new', element: <NewTrainingPage /> },
  { path: '/trainings/compare', element: <ComparePage /> },
  { path: '/trainings/:id', element: <TrainingPage /> },
]
