// Activation captures: list, new, page.
import type { RouteObject } from 'react-router'
import { CapturePage } from './view/capture-page.js'
import { CapturesPage } from './view/captures-page.js'
import { NewCapturePage } from './view/new-capture-page.js'

export const routes: RouteObject[] = [
  { path: '/activations', element: <CapturesPage /> },
  { path: '/activations/new', element: <NewCapturePage /> },
  { path: '/activations/:id', element: <CapturePage /> },
]
