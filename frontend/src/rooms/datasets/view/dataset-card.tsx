// One dataset of the list.
import type { Dataset } from '@mistudio/contracts'
import DatabaseIcon from 'lucide-react/icons/database'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { ResourceCard } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { Badge, formatNumber, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { datasetLine } from '../prepare.js'

export function DatasetCard({ dataset }: { dataset: Dataset }) {
  const skipped = dataset.stats?.skipped ?? 0
  return (
    <ResourceCard
      icon={DatabaseIcon}
      tone="blue"
      name={dataset.name}
      about={dataset}
      to={places.dataset({ id: dataset.id })}
      line={datasetLine(dataset)}
      details={<p className="mt-0.5 font-mono text-xs wrap-anywhere text-muted">{dataset.fileName}</p>}
      aside={
        <>
          <DamageBadge damage={dataset.damage} />
          {skipped > 0 && <Badge tone="amber">{formatNumber(skipped)} left out</Badge>}
          <StatusBadge status={subjectStatus(dataset.status, dataset.job)} />
        </>
      }
      foot={
        <>
          added <RelativeTime at={dataset.createdAt} />
        </>
      }
    >
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
    </ResourceCard>
  )
}
