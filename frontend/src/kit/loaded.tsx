// What stands between a question and its answer: the failure with a way out, or placeholders of the final height. An unreachable server
// never looks like an empty page.
import type { ReactNode } from 'react'
import { useLiveStatus } from '../live/index.js'
import { type Crumb, ErrorState, Page, SkeletonList } from '../ui/index.js'

export interface Loadable<T> {
  readonly data: T | undefined
  readonly error: unknown
  refetch(): unknown
}

interface LoadedProps<T> {
  of: Loadable<T>
  /** Placeholders: how many, and their height as a class. */
  rows?: number
  height?: string
  children(data: T): ReactNode
}

export function Loaded<T>({ of, rows = 3, height = 'h-32', children }: LoadedProps<T>) {
  const since = useLiveStatus((state) => state.lastContact)
  if (of.data !== undefined) return children(of.data)
  if (of.error) return <ErrorState error={of.error} since={since} onRetry={() => void of.refetch()} />
  return <SkeletonList rows={rows} className={height} />
}

interface ResourcePageProps<T> {
  of: Loadable<T>
  /** Until the thing is there, which then has a page of its own name. */
  title: string
  crumbs: readonly Crumb[]
  children(data: T): ReactNode
}

/** The page of one thing: `children` draws it whole once it is there. */
export function ResourcePage<T>({ of, title, crumbs, children }: ResourcePageProps<T>) {
  if (of.data !== undefined) return children(of.data)
  return (
    <Page title={title} crumbs={crumbs}>
      <Loaded of={of} rows={1} height="h-40">
        {() => null}
      </Loaded>
    </Page>
  )
}
