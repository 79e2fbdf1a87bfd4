// SAEs: list and page.
import type { RouteObject } from 'react-router'
import { SaePage } from './view/sae-page.js'
import { SaesPage } from './view/saes-page.js'

export const routes: RouteObject[] = [
  { path: '/saes', element: <SaesPage /> },
  { path: '/saes/:id', element: <SaePage /> },
]
