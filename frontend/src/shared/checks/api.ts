// The newest check of this installation: a job, whose result is the report.
import { useQuery } from '@tanstack/react-query'
import { api, isActive, keys, pollWhile, queryClient } from '../../live/index.js'

const FILTER = { kind: 'installation.check', limit: 1 } as const

export const useNewestCheck = () =>
  useQuery({
    queryKey: keys.jobs(FILTER),
    queryFn: async ({ signal }) => (await api.listJobs({ query: FILTER, signal })).items[0] ?? null,
    refetchInterval: pollWhile(isActive),
  })

export const startCheck = async (): Promise<void> => {
  await api.checkInstallation({})
  await queryClient.invalidateQueries({ queryKey: keys.jobs(FILTER) })
}
