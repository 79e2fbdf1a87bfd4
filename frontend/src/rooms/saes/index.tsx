// SAEs: list and page.
import type { RouteObject } from 'react-router'
import { ImportSaePage } from './view/import-page.js'
import { SaePage } from './view/sae-page.js'
import { SaesPage } from './view/saes-page.js'

export const routes: RouteObject[] = [
  { path: '/saes', element: <SaesPage /> },
  { path: '/saes/import', element: <ImportSaePage /> },
  { path: '/saes/:id', element: <SaePage /> },
]
