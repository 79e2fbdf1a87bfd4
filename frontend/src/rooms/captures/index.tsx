// Activation captures: list, new, page, two beside each other.
import type { RouteObject } from 'react-router'
import { places } from '../../places/index.js'
import { CapturePage } from './view/capture-page.js'
import { CapturesPage } from './view/captures-page.js'
import { ComparePage } from './view/compare-page.js'
import { NewCapturePage } from './view/new-capture-page.js'

export const routes: RouteObject[] = [
  { path: places.captures.path, element: <CapturesPage /> },
  { path: places.newCapture.path, element: <NewCapturePage /> },
  { path: places.compareCaptures.path, element: <ComparePage /> },
  { path: places.capture.path, element: <CapturePage /> },
]
