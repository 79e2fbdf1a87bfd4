// Every address of the app: the pages of the rooms inside the shell, and signing in, which has no shell.
import { createBrowserRouter, type RouteObject, redirect } from 'react-router'
import { pageOf } from '../kit/index.js'
import { places } from '../places/index.js'
import { MOVED, movedTo } from './moved.js'
import { PAGES } from './nav.js'
import { NotFound, RouteFailure } from './not-found.js'
import { PageFallback } from './page-fallback.js'
import { Shell } from './shell.js'

/** Rooms under the names of earlier versions. */
const moved = Object.keys(MOVED).map(
  (room): RouteObject => ({ path: `${room}/*`, loader: ({ request }) => redirect(movedTo(new URL(request.url))) }),
)

export const router = createBrowserRouter([
  {
    ...pageOf(places.login, async () => (await import('../rooms/auth/view/login-page.js')).LoginPage),
    HydrateFallback: PageFallback,
  },
  {
    path: places.home.path,
    Component: Shell,
    HydrateFallback: PageFallback,
    children: [
      {
        ErrorBoundary: RouteFailure,
        children: [...PAGES, ...moved, { path: '*', Component: NotFound }],
      },
    ],
  },
])
