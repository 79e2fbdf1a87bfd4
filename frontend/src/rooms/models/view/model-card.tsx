// One model of the list.
import type { Model } from '@mistudio/contracts'
import Cpu from 'lucide-react/icons/cpu'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Link } from 'react-router'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { places } from '../../../places/index.js'
import { lossAt } from '../../../shared/precision/precision.js'
import { PrecisionBadge } from '../../../shared/precision/precision-badge.js'
import { Badge, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { isExport, modelLine } from '../prepare.js'

export function ModelCard({ model }: { model: Model }) {
  return (
    <article className="rounded-lg border border-line bg-card p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 gap-4">
          <Cpu className="mt-1 size-6 shrink-0 text-tone-purple" aria-hidden />
          <div className="min-w-0">
            <h2 className="text-lg font-semibold wrap-anywhere text-heading">
              <Link to={places.model({ id: model.id })} className="hover:underline">
                {model.name}
              </Link>
            </h2>
            <p className="text-sm text-body">
              {model.spec ? `${model.spec.architecture} · ${modelLine(model.spec)}` : 'Not read yet'}
            </p>
            <p className="mt-0.5 font-mono text-xs wrap-anywhere text-muted">{model.path}</p>
          </div>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <DamageBadge damage={model.damage} />
          {model.warnings.length > 0 && (
            <Badge tone="amber" icon={TriangleAlert}>
              {model.warnings.length === 1 ? '1 warning' : `${model.warnings.length} warnings`}
            </Badge>
          )}
          {!isExport(model) && <PrecisionBadge precision={model.precision} loss={lossAt(model, model.precision)} />}
          <StatusBadge status={subjectStatus(model.status, model.job)} />
        </div>
      </div>
      {model.status === 'importing' && model.job && (
        <div className="mt-4">
          <JobProgress job={model.job} tone="purple" label={`Adding ${model.name}`} />
        </div>
      )}
      {model.status === 'failed' && model.job && (
        <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
          <p className="text-sm wrap-anywhere text-tone-red">
            {model.job.error?.message ?? 'Adding it was cancelled.'}
          </p>
          <JobActions job={model.job} size="sm" />
        </div>
      )}
      <p className="mt-3 text-xs text-muted">
        added <RelativeTime at={model.createdAt} />
        {model.sites.length > 0 && ` · ${model.sites.length} sites`}
      </p>
    </article>
  )
}
