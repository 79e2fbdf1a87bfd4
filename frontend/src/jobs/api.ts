// Queries of the jobs room.
import type { JobKind, JobState } from '@mistudio/contracts'
import { useQuery } from '@tanstack/react-query'
import { api, isActive, keys, pollWhile } from '../live/index.js'

/** What runs or waits now, short questions left out. Asked for every 15 s as well: a job made elsewhere announces itself live. */
export const useActiveJobs = () =>
  useQuery({
    queryKey: keys.jobs({ active: true }),
    queryFn: ({ signal }) => api.listJobs({ query: { active: 'true', limit: 100 }, signal }),
    refetchInterval: (query) =>
      pollWhile((page: { items: readonly unknown[] }) => page.items.length > 0)(query) || 15_000,
  })

export interface JobFilter {
  state?: JobState | undefined
  kind?: JobKind | undefined
  offset: number
  limit: number
}

export const useJobs = (filter: JobFilter) =>
  useQuery({
    queryKey: keys.jobs({ ...filter }),
    queryFn: ({ signal }) => api.listJobs({ query: filter, signal }),
    placeholderData: (before) => before,
  })

export const useJob = (id: string) =>
  useQuery({
    queryKey: keys.job(id),
    queryFn: ({ signal }) => api.getJob({ params: { id }, signal }),
    refetchInterval: pollWhile(isActive),
  })
