// One job: progress, error with what to do next, facts, log and events.
import { type Job, jobWarnings } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Link } from 'react-router'
import { useJob } from '../../../jobs/api.js'
import { kindLabel, subjectLink } from '../../../jobs/prepare.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { JobStatus } from '../../../jobs/view/job-status.js'
import { ResourcePage } from '../../../kit/index.js'
import { isTerminal, useSubject } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  Card,
  Facts,
  formatDuration,
  LinkButton,
  Notice,
  nextStep,
  Page,
  RelativeTime,
  secondsBetween,
  useNow,
  usePlace,
} from '../../../ui/index.js'
import { JobLog } from './job-log.js'

const crumbs = [{ label: 'Jobs', to: places.jobs() }]

export function JobPage() {
  const [{ id = '' }] = usePlace(places.job)
  const job = useJob(id)
  return (
    <ResourcePage of={job} title="Job" crumbs={crumbs}>
      {(one) => <JobView job={one} />}
    </ResourcePage>
  )
}

function JobView({ job }: { job: Job }) {
  useSubject(job.subjectType, job.subjectId)
  const now = useNow(1000, !isTerminal(job))
  const to = subjectLink(job)
  return (
    <Page
      title={job.title}
      crumbs={crumbs}
      state={<JobStatus job={job} />}
      subtitle={kindLabel(job.kind)}
      actions={
        <>
          <JobActions job={job} />
          {to && <LinkButton to={to}>Open what it works on</LinkButton>}
        </>
      }
    >
      <div className="space-y-5">
        {job.error && (
          <Notice tone="red" icon={TriangleAlert} title={job.error.message}>
            {nextStep(job.error)}
            <p className="mt-1 font-mono text-xs text-muted">{job.error.code}</p>
          </Notice>
        )}
        {jobWarnings(job).map((warning) => (
          <Notice key={warning} tone="amber" icon={TriangleAlert}>
            {warning}
          </Notice>
        ))}
        <div className="grid gap-5 lg:grid-cols-2">
          <Card title="Progress">
            <JobProgress job={job} label={`Progress of ${job.title}`} />
          </Card>
          <Card title="Facts">
            <Facts
              rows={[
                ['Made', <RelativeTime key="made" at={job.createdAt} />],
                [
                  job.attempt > 1 ? `Attempt ${job.attempt} started` : 'Started',
                  <RelativeTime key="started" at={job.startedAt} />,
                ],
                ['Ended', <RelativeTime key="ended" at={job.finishedAt} />],
                [
                  'Took',
                  job.startedAt ? formatDuration(secondsBetween(job.startedAt, job.finishedAt, now)) : 'not started',
                ],
                ['Attempt', `${job.attempt}${job.crashes > 0 ? `, ${job.crashes} crashed` : ''}`],
                ['Pool', job.queue],
                ['Worker', job.owner ?? 'none now'],
                ['Last sign of life', <RelativeTime key="beat" at={job.heartbeatAt} />],
                [
                  'Id',
                  <span key="id" className="font-mono text-xs">
                    {job.id}
                  </span>,
                ],
              ]}
            />
          </Card>
        </div>
        <JobLog job={job} />
        <p className="text-xs text-muted">
          Something stuck?{' '}
          <Link to={places.system()} className="underline hover:text-heading">
            System
          </Link>{' '}
          shows the workers and their last beats.
        </p>
      </div>
    </Page>
  )
}
