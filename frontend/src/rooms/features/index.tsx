// Features: extractions, the browser of one extraction, one feature.
import type { RouteObject } from 'react-router'
import { places } from '../../places/index.js'
import { BrowserPage } from './view/browser-page.js'
import { ExtractionsPage } from './view/extractions-page.js'
import { FeaturePage } from './view/feature-page.js'

export const routes: RouteObject[] = [
  { path: places.extractions.path, element: <ExtractionsPage /> },
  { path: places.features.path, element: <BrowserPage /> },
  { path: places.feature.path, element: <FeaturePage /> },
]
