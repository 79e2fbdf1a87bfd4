// Training: list, new, one training, several beside one another.
import type { RouteObject } from 'react-router'
import { places } from '../../places/index.js'
import { ComparePage } from './view/compare-page.js'
import { NewTrainingPage } from './view/new-training-page.js'
import { TrainingPage } from './view/training-page.js'
import { TrainingsPage } from './view/trainings-page.js'

export const routes: RouteObject[] = [
  { path: places.trainings.path, element: <TrainingsPage /> },
  { path: places.newTraining.path, element: <NewTrainingPage /> },
  { path: places.compareTrainings.path, element: <ComparePage /> },
  { path: places.training.path, element: <TrainingPage /> },
]
