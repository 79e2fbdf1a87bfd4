// SAEs: list and page.
import type { RouteObject } from 'react-router'
import { places } from '../../places/index.js'
import { ImportSaePage } from './view/import-page.js'
import { SaePage } from './view/sae-page.js'
import { SaesPage } from './view/saes-page.js'

export const routes: RouteObject[] = [
  { path: places.saes.path, element: <SaesPage /> },
  { path: places.importSae.path, element: <ImportSaePage /> },
  { path: places.sae.path, element: <SaePage /> },
]
