// Training: list, new, one training.
import type { RouteObject } from 'react-router'
import { NewTrainingPage } from './view/new-training-page.js'
import { TrainingPage } from './view/training-page.js'
import { TrainingsPage } from './view/trainings-page.js'

export const routes: RouteObject[] = [
  { path: '/training', element: <TrainingsPage /> },
  { path: '/training/new', element: <NewTrainingPage /> },
  { path: '/training/:id', element: <TrainingPage /> },
]
