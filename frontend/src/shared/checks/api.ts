// The newest check of this installation: a job, whose result is the report.
import { useRead } from '../../data/index.js'

export const useNewestCheck = () =>
  useRead('listJobs', { query: { kind: 'installation.check', limit: 1 } }, { select: ({ items }) => items[0] ?? null })
