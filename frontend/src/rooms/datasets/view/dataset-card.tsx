// One dataset of the list.
import type { Dataset } from '@mistudio/contracts'
import DatabaseIcon from 'lucide-react/icons/database'
import { Link } from 'react-router'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { places } from '../../../places/index.js'
import { Badge, formatNumber, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { datasetLine } from '../prepare.js'

export function DatasetCard({ dataset }: { dataset: Dataset }) {
  const skipped = dataset.stats?.skipped ?? 0
  return (
    <article className="min-w-0 rounded-lg border border-line bg-card p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 gap-4">
          <DatabaseIcon className="mt-1 size-6 shrink-0 text-tone-blue" aria-hidden />
          <div className="min-w-0">
            <h2 className="text-lg font-semibold wrap-anywhere text-heading">
              <Link to={places.dataset({ id: dataset.id })} className="hover:underline">
                {dataset.name}
              </Link>
            </h2>
            <p className="text-sm text-body">{datasetLine(dataset)}</p>
            <p className="mt-0.5 font-mono text-xs wrap-anywhere text-muted">{dataset.fileName}</p>
          </div>
        </div>
        <div className="flex items-center gap-2">
          <DamageBadge damage={dataset.damage} />
          {skipped > 0 && <Badge tone="amber">{formatNumber(skipped)} left out</Badge>}
          <StatusBadge status={subjectStatus(dataset.status, dataset.job)} />
        </div>
      </div>
      {dataset.status === 'importing' && dataset.job && (
        <div className="mt-4 space-y-3">
          <JobProgress job={dataset.job} tone="blue" label={`Importing ${dataset.name}`} />
          <JobActions job={dataset.job} size="sm" />
        </div>
      )}
      {dataset.status === 'failed' && dataset.job && (
        <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
          <p className="text-sm wrap-anywhere text-tone-red">
            {dataset.job.error?.message ?? 'The import was cancelled.'}
          </p>
          <JobActions job={dataset.job} size="sm" />
        </div>
      )}
      <p className="mt-3 text-xs text-muted">
        added <RelativeTime at={dataset.createdAt} />
      </p>
    </article>
  )
}
