// The state of a job as a badge. One that was stopped by hand has completed for the ledger, and says that it was stopped.
import { type Job, jobWarnings, wasCutOff } from '@mistudio/contracts'
import { StatusBadge } from '../../ui/index.js'

export function JobStatus({ job }: { job: Job }) {
  if (job.state === 'completed' && wasCutOff(job.result)) return <StatusBadge status="cancelled" word="Stopped" />
  return <StatusBadge status={job.state} warned={jobWarnings(job).length > 0} />
}
