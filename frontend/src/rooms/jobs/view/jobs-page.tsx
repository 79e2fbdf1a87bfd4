// All jobs: what is active first, then the past, with filters kept in the address.
import { type JobKind, type JobState, JobStateSchema } from '@mistudio/contracts'
import ListChecks from 'lucide-react/icons/list-checks'
import { useActiveJobs, useJobs } from '../../../jobs/api.js'
import { kindLabel, LISTED_KINDS } from '../../../jobs/prepare.js'
import { JobRow } from '../../../jobs/view/job-row.js'
import { isTerminal, useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  EmptyState,
  ErrorState,
  FilteredEmpty,
  Page,
  Pager,
  Select,
  SkeletonList,
  STATUS,
  usePlace,
} from '../../../ui/index.js'

const LIMIT = 25
const ALL = 'all'

export function JobsPage() {
  const [{ state, kind, offset = 0 }, change] = usePlace(places.jobs)
  const active = useActiveJobs()
  const jobs = useJobs({ ...(state ? { state } : {}), ...(kind ? { kind } : {}), offset, limit: LIMIT })
  const since = useLiveStatus((s) => s.lastContact)
  const filtered = Boolean(state || kind)
  const running = active.data?.items ?? []
  const past = (jobs.data?.items ?? []).filter((job) => filtered || isTerminal(job))
  return (
    <Page title="Jobs" subtitle="Every long piece of work, from imports to trainings. Their state survives restarts.">
      {!filtered && running.length > 0 && (
        <section className="mb-8">
          <h2 className="mb-3 text-lg font-semibold text-heading">Active</h2>
          <div className="space-y-3">
            {running.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </div>
        </section>
      )}
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold text-heading">{filtered ? 'Found' : 'Past'}</h2>
        <div className="flex flex-wrap gap-3">
          <Select<JobState | typeof ALL>
            aria-label="State"
            className="w-52"
            value={state ?? ALL}
            onChange={(value) => change({ offset: null, state: value === ALL ? null : value })}
            options={[
              { value: ALL, label: 'Every state' },
              ...JobStateSchema.options.map((value) => ({ value, label: STATUS[value].word })),
            ]}
          />
          <Select<JobKind | typeof ALL>
            aria-label="Kind"
            className="w-52"
            value={kind ?? ALL}
            onChange={(value) => change({ offset: null, kind: value === ALL ? null : value })}
            options={[
              { value: ALL, label: 'Every kind' },
              ...LISTED_KINDS.map((value) => ({ value, label: kindLabel(value) })),
            ]}
          />
        </div>
      </div>
      {jobs.error && !jobs.data ? (
        <ErrorState error={jobs.error} since={since} onRetry={() => void jobs.refetch()} />
      ) : !jobs.data ? (
        <SkeletonList rows={4} className="h-24" />
      ) : past.length === 0 ? (
        filtered ? (
          <FilteredEmpty onClear={() => change({ state: null, kind: null, offset: null })}>
            No job fits these filters.
          </FilteredEmpty>
        ) : (
          <EmptyState icon={ListChecks}>
            {running.length ? 'Nothing has ended yet.' : 'Nothing runs now, and nothing has run yet.'}
          </EmptyState>
        )
      ) : (
        <div className="space-y-3">
          {past.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </div>
      )}
      {jobs.data && jobs.data.meta.total > LIMIT && (
        <div className="mt-4">
          <Pager
            total={jobs.data.meta.total}
            offset={offset}
            limit={LIMIT}
            onOffset={(next) => change({ offset: next || null })}
            noun="jobs"
          />
        </div>
      )}
    </Page>
  )
}
