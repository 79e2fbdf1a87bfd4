// Features: extractions, the browser of one extraction, one feature.
import type { RouteObject } from 'react-router'
import { BrowserPage } from './view/browser-page.js'
import { ExtractionsPage } from './view/extractions-page.js'
import { FeaturePage } from './view/feature-page.js'

export const routes: RouteObject[] = [
  { path: '/features', element: <ExtractionsPage /> },
  { path: '/features/:extractionId', element: <BrowserPage /> },
  { path: '/features/:extractionId/:index', element: <FeaturePage /> },
]
