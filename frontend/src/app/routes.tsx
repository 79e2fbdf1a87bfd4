// Every address of the app. Each room is its own chunk, loaded on its first visit.
import { createBrowserRouter, type RouteObject } from 'react-router'
import { NotFound, RouteFailure } from './not-found.js'
import { PageFallback, roomRoute } from './room.js'
import { Shell } from './shell.js'

const page = (path: string, load: () => Promise<{ Component: () => React.ReactNode }>): RouteObject => ({
  path,
  lazy: load,
})

export const router = createBrowserRouter([
  {
    path: '/login',
    lazy: async () => ({ Component: (await import('../auth/view/login-page.js')).LoginPage }),
    HydrateFallback: PageFallback,
  },
  {
    path: '/',
    Component: Shell,
    HydrateFallback: PageFallback,
    children: [
      {
        ErrorBoundary: RouteFailure,
        children: [
          { index: true, lazy: async () => ({ Component: (await import('../home/view/home-page.js')).HomePage }) },
          page('models', async () => ({ Component: (await import('../models/view/models-page.js')).ModelsPage })),
          page('models/:id', async () => ({ Component: (await import('../models/view/model-page.js')).ModelPage })),
          page('hub', async () => ({ Component: (await import('../hub/view/hub-page.js')).HubPage })),
          page('datasets', async () => ({
            Component: (await import('../datasets/view/datasets-page.js')).DatasetsPage,
          })),
          page('datasets/:id', async () => ({
            Component: (await import('../datasets/view/dataset-page.js')).DatasetPage,
          })),
          roomRoute('training', () => import('../training/index.js')),
          roomRoute('saes', () => import('../saes/index.js')),
          roomRoute('features', () => import('../features/index.js')),
          roomRoute('activations', () => import('../activations/index.js')),
          roomRoute('steering', () => import('../steering/index.js')),
          page('jobs', async () => ({ Component: (await import('../jobs/view/jobs-page.js')).JobsPage })),
          page('jobs/:id', async () => ({ Component: (await import('../jobs/view/job-page.js')).JobPage })),
          page('system', async () => ({ Component: (await import('../system/view/system-page.js')).SystemPage })),
          page('settings', async () => ({
            Component: (await import('../settings/view/settings-page.js')).SettingsPage,
          })),
          { path: '*', Component: NotFound },
        ],
      },
    ],
  },
])
