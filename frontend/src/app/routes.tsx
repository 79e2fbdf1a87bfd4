// Every address of the app. Each room is its own chunk, loaded on its first visit.
import { createBrowserRouter, type RouteObject, redirect } from 'react-router'
import { places } from '../places/index.js'
import { MOVED, movedTo } from './moved.js'
import { NotFound, RouteFailure } from './not-found.js'
import { PageFallback, roomRoute } from './room.js'
import { Shell } from './shell.js'

const page = (path: string, load: () => Promise<{ Component: () => React.ReactNode }>): RouteObject => ({
  path,
  lazy: load,
})

/** Rooms of several pages: their folder is the first word of their addresses, their face exports `routes`. */
const rooms = Object.entries(import.meta.glob<{ routes: RouteObject[] }>('../rooms/*/index.tsx')).map(([file, load]) =>
  roomRoute(file.split('/').at(-2) ?? '', load),
)

/** Rooms under the names of earlier versions. */
const moved = Object.keys(MOVED).map(
  (room): RouteObject => ({ path: `${room}/*`, loader: ({ request }) => redirect(movedTo(new URL(request.url))) }),
)

export const router = createBrowserRouter([
  {
    path: places.login.path,
    lazy: async () => ({ Component: (await import('../rooms/auth/view/login-page.js')).LoginPage }),
    HydrateFallback: PageFallback,
  },
  {
    path: places.home.path,
    Component: Shell,
    HydrateFallback: PageFallback,
    children: [
      {
        ErrorBoundary: RouteFailure,
        children: [
          {
            index: true,
            lazy: async () => ({ Component: (await import('../rooms/home/view/home-page.js')).HomePage }),
          },
          page('models', async () => ({ Component: (await import('../rooms/models/view/models-page.js')).ModelsPage })),
          page('models/:id', async () => ({
            Component: (await import('../rooms/models/view/model-page.js')).ModelPage,
          })),
          page('hub', async () => ({ Component: (await import('../rooms/hub/view/hub-page.js')).HubPage })),
          page('datasets', async () => ({
            Component: (await import('../rooms/datasets/view/datasets-page.js')).DatasetsPage,
          })),
          page('datasets/:id', async () => ({
            Component: (await import('../rooms/datasets/view/dataset-page.js')).DatasetPage,
          })),
          ...rooms,
          page('jobs', async () => ({ Component: (await import('../rooms/jobs/view/jobs-page.js')).JobsPage })),
          page('jobs/:id', async () => ({ Component: (await import('../rooms/jobs/view/job-page.js')).JobPage })),
          page('system', async () => ({ Component: (await import('../rooms/system/view/system-page.js')).SystemPage })),
          page('settings', async () => ({
            Component: (await import('../rooms/settings/view/settings-page.js')).SettingsPage,
          })),
          ...moved,
          { path: '*', Component: NotFound },
        ],
      },
    ],
  },
])
