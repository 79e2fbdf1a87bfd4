// What is read again after a change: every cached answer at or below a path.
import type { RouteName } from '@mistudio/contracts'
import type { Query } from '@tanstack/react-query'
import { queryClient } from './client.js'
import { pathKey, STILL } from './keys.js'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { route?: RouteName }
  }
}

const moves = ({ meta }: Query): boolean => meta?.route === undefined || !STILL.has(meta.route)

/** @param paths of routes, for example `/models` */
export const renew = async (...paths: readonly string[]): Promise<void> => {
  await Promise.all(paths.map((path) => queryClient.invalidateQueries({ queryKey: pathKey(path), predicate: moves })))
}
