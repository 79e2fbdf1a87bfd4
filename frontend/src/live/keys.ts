// Names of cached answers, made of the route table: the segments of a route's path, then what else was asked. A list and all below it
// (`/models`, `/models/:id`, `/models/:id/parity`) so share their first segment, and a job that renews `/models` renews all of these.
import { isRaw, ROUTES, type RouteName, routeOf, type SubjectType, subjectOf } from '@mistudio/contracts'

interface Asked {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}
export type Key = readonly unknown[]

const segments = (path: string): string[] => path.split('/').filter(Boolean)

/** The key of a path, with its parameters filled in. */
export const pathKey = (path: string, params: Asked['params'] = {}): string[] =>
  segments(path).map((segment) => (segment.startsWith(':') ? String(params[segment.slice(1)]) : segment))

const told = (query: Asked['query']): [string, unknown][] =>
  Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null)

/** The key of one answer. What is asked by POST (an estimate of a form) is part of it. */
export const keyOf = (name: RouteName, asked: Asked = {}): Key => {
  const query = told(asked.query)
  return [
    ...pathKey(routeOf(name).path, asked.params),
    ...(query.length > 0 ? [Object.fromEntries(query)] : []),
    ...(asked.body === undefined ? [] : [{ body: asked.body }]),
  ]
}

/** The key of one page of a list; beside the whole list, so that both are renewed together. */
export const pageKey = (name: RouteName, query: Readonly<Record<string, unknown>>): Key => [
  ...pathKey(routeOf(name).path),
  { page: Object.fromEntries(told(query)) },
]

/** Lists that show the jobs of a subject, by the path of their route, its own first: read again when such a job changes state. */
export const renewedBy = (type: SubjectType): readonly string[] => subjectOf(type).renews

/** Answers about finished things, and of workers that look into files: no job changes them, so none renews them. */
export const STILL: ReadonlySet<RouteName> = new Set<RouteName>([
  'modelTensors',
  'modelTensor',
  'modelMemory',
  'datasetDocuments',
  'tokenizationSamples',
  'estimateTraining',
  'saeCard',
  'hubSaes',
  'compareCaptures',
  'listFeatures',
  'getFeature',
  'densityHistogram',
  'previewChat',
])

const names = Object.keys(ROUTES) as RouteName[]

/** The list that a change through a route shows in: the shortest path that can be read and that the route's path begins with. */
export const listOfRoute = (name: RouteName): string | null => {
  const { path } = routeOf(name)
  const lists = names.flatMap((other) => {
    const route = routeOf(other)
    const above =
      route.method === 'GET' && !isRaw(route) && !route.path.includes(':') && `${path}/`.startsWith(`${route.path}/`)
    return above ? [route.path] : []
  })
  return lists.sort((a, b) => a.length - b.length)[0] ?? null
}
