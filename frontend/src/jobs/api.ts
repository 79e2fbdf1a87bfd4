// Queries of the jobs room.
import type { JobKind, JobState } from '@mistudio/contracts'
import { useRead } from '../data/index.js'
import { holdsActiveJob, pollWhile } from '../live/index.js'
import { useNow } from '../ui/index.js'
import type { QueuesNow } from './waiting.js'

/** What runs or waits now, short questions left out. Asked for every 15 s as well: a job made elsewhere announces itself live. */
export const useActiveJobs = () =>
  useRead(
    'listJobs',
    { query: { active: 'true', limit: 100 } },
    {
      refetchInterval: (query) => pollWhile(holdsActiveJob)(query) || 15_000,
    },
  )

export interface JobFilter {
  state?: JobState | undefined
  kind?: JobKind | undefined
  offset: number
  limit: number
}

export const useJobs = (query: JobFilter) => useRead('listJobs', { query }, { keep: true })
export const useJob = (id: string) => useRead('getJob', { params: { id } })

/** Between two looks at the queues, ms: a worker beats every 5 s, and what waits moves with the jobs. */
const QUEUES_EVERY_MS = 3000

/** The queues and how old that knowledge is, renewed every second; null before the first answer. */
export const useQueuesNow = (): QueuesNow | null => {
  const { data, dataUpdatedAt } = useRead(
    'getQueues',
    {},
    { refetchInterval: QUEUES_EVERY_MS, staleTime: QUEUES_EVERY_MS },
  )
  const now = useNow(1000)
  return data ? { queues: data, ageSeconds: Math.max(0, now - dataUpdatedAt) / 1000 } : null
}
