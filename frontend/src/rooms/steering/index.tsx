// Steering: the bench, and the bench with an experiment on it.
import type { RouteObject } from 'react-router'
import { SteeringPage } from './view/steering-page.js'

export const routes: RouteObject[] = [
  { path: '/steering', element: <SteeringPage /> },
  { path: '/steering/:id', element: <SteeringPage /> },
]
