// A room loaded on its first visit. The room's module exports `routes` (React Router objects); paths may be written relative to the
// room (`new`, `:id`) or in full (`/trainings/new`).
import { Suspense } from 'react'
import { type RouteObject, useRoutes } from 'react-router'
import { SkeletonList } from '../ui/index.js'
import { NotFound } from './not-found.js'

const relativeTo = (base: string, route: RouteObject): RouteObject => {
  if (!route.path?.startsWith('/') && route.path !== base && !route.path?.startsWith(`${base}/`)) return route
  return { ...route, path: route.path.replace(/^\//, '').slice(base.length).replace(/^\//, '') }
}

export const roomRoute = (base: string, load: () => Promise<{ routes: RouteObject[] }>): RouteObject => ({
  path: `${base}/*`,
  lazy: async () => {
    const routes = (await load()).routes.map((route) => relativeTo(base, route))
    return {
      Component: function Room() {
        return (
          <Suspense fallback={<PageFallback />}>
            {useRoutes([...routes, { path: '*', element: <NotFound /> }])}
          </Suspense>
        )
      },
    }
  },
})

export function PageFallback() {
  return (
    <div className="mx-auto w-full max-w-7xl px-6 py-8">
      <SkeletonList rows={3} className="h-32" />
    </div>
  )
}
