// One job as a card row: what, for whom, state, progress, actions. Used by the page and the drawer.
import { type Job, jobWarnings } from '@mistudio/contracts'
import { Link } from 'react-router'
import { isActive } from '../../live/index.js'
import { places } from '../../places/index.js'
import { formatDuration, RelativeTime, secondsBetween } from '../../ui/index.js'
import { kindLabel, subjectLink } from '../prepare.js'
import { JobActions } from './job-actions.js'
import { JobProgress } from './job-progress.js'
import { JobStatus } from './job-status.js'

interface JobRowProps {
  job: Job
  /** In the drawer: no page link, less text. */
  compact?: boolean
}

function When({ job }: { job: Job }) {
  if (job.finishedAt)
    return (
      <>
        ended <RelativeTime at={job.finishedAt} />
        {job.startedAt && ` after ${formatDuration(secondsBetween(job.startedAt, job.finishedAt))}`}
      </>
    )
  return (
    <>
      {job.startedAt ? 'started' : 'made'} <RelativeTime at={job.startedAt ?? job.createdAt} />
    </>
  )
}

export function JobRow({ job, compact }: JobRowProps) {
  const to = subjectLink(job)
  return (
    <article className="min-w-0 rounded-lg border border-line bg-card p-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="text-xs text-muted">{kindLabel(job.kind)}</p>
          <h3 className="font-medium wrap-anywhere text-heading">
            {to ? (
              <Link to={to} className="hover:underline">
                {job.title}
              </Link>
            ) : (
              job.title
            )}
          </h3>
        </div>
        <span className="flex flex-wrap items-center gap-2">
          <JobStatus job={job} />
        </span>
      </div>
      {isActive(job) && (
        <div className="mt-3">
          <JobProgress job={job} label={`Progress of ${job.title}`} />
        </div>
      )}
      {job.error && job.state === 'failed' && (
        <p className="mt-2 text-sm wrap-anywhere text-tone-red">{job.error.message}</p>
      )}
      {jobWarnings(job).map((warning) => (
        <p key={warning} className="mt-2 text-sm wrap-anywhere text-tone-amber">
          {warning}
        </p>
      ))}
      <div className="mt-3 flex flex-wrap items-center justify-between gap-2">
        <p className="text-xs text-muted">
          <When job={job} />
          {job.attempt > 1 && ` · attempt ${job.attempt}`}
          {!compact && (
            <>
              {' · '}
              <Link to={places.job({ id: job.id })} className="text-body underline hover:text-heading">
                Log
              </Link>
            </>
          )}
        </p>
        <JobActions job={job} size="sm" />
      </div>
    </article>
  )
}
