// Steering: the bench, and the bench with an experiment on it.
import type { RouteObject } from 'react-router'
import { places } from '../../places/index.js'
import { SteeringPage } from './view/steering-page.js'

export const routes: RouteObject[] = [
  { path: places.steering.path, element: <SteeringPage /> },
  { path: places.experiment.path, element: <SteeringPage /> },
]
