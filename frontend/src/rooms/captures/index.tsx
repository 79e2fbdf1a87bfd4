// Activation captures: list, new, page, two beside each other.
import type { RouteObject } from 'react-router'
import { CapturePage } from './view/capture-page.js'
import { CapturesPage } from './view/captures-page.js'
import { ComparePage } from './view/compare-page.js'
import { NewCapturePage } from './view/new-capture-page.js'

export const routes: RouteObject[] = [
  { path: '/captures', element: <CapturesPage /> },
  { path: '/captures/new', element: <NewCapturePage /> },
  { path: '/captures/compare', element: <ComparePage /> },
  { path: '/captures/:id', element: <CapturePage /> },
]
