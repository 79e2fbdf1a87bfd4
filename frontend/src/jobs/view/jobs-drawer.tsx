// The drawer behind the header's Jobs button: everything that runs or waits, from any screen.
import ListChecks from 'lucide-react/icons/list-checks'
import { useLiveStatus } from '../../live/index.js'
import { places } from '../../places/index.js'
import { Dialog, EmptyState, ErrorState, LinkButton, SkeletonList } from '../../ui/index.js'
import { useActiveJobs } from '../api.js'
import { JobRow } from './job-row.js'
import { LastFinished } from './last-finished.js'

export function JobsDrawer({ open, onClose }: { open: boolean; onClose(): void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      side
      title="Jobs"
      footer={<LinkButton to={places.jobs()}>All jobs</LinkButton>}
    >
      {open && <ActiveList />}
    </Dialog>
  )
}

function ActiveList() {
  const active = useActiveJobs()
  const since = useLiveStatus((s) => s.lastContact)
  if (active.error && !active.data)
    return <ErrorState error={active.error} since={since} onRetry={() => void active.refetch()} />
  if (!active.data) return <SkeletonList rows={2} className="h-28" />
  if (active.data.items.length === 0)
    return (
      <EmptyState icon={ListChecks}>
        Nothing runs now. <LastFinished />
      </EmptyState>
    )
  return (
    <div className="space-y-3">
      {active.data.items.map((job) => (
        <JobRow key={job.id} job={job} compact />
      ))}
    </div>
  )
}
