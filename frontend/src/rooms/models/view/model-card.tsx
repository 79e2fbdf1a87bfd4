// One model of the list.
import type { Model } from '@mistudio/contracts'
import Cpu from 'lucide-react/icons/cpu'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { subjectStatus } from '../../../jobs/prepare.js'
import { DamageBadge } from '../../../jobs/view/damage.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { ResourceCard } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { lossAt } from '../../../shared/precision/precision.js'
import { PrecisionBadge } from '../../../shared/precision/precision-badge.js'
import { Badge, plural, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { isExport, modelLine } from '../prepare.js'

export function ModelCard({ model }: { model: Model }) {
  return (
    <ResourceCard
      icon={Cpu}
      tone="purple"
      name={model.name}
      about={model}
      to={places.model({ id: model.id })}
      line={model.spec ? `${model.spec.architecture} · ${modelLine(model.spec)}` : 'Not read yet'}
      details={<p className="mt-0.5 font-mono text-xs wrap-anywhere text-muted">{model.path}</p>}
      aside={
        <>
          <DamageBadge damage={model.damage} />
          {model.warnings.length > 0 && (
            <Badge tone="amber" icon={TriangleAlert}>
              {plural(model.warnings.length, 'warning')}
            </Badge>
          )}
          {!isExport(model) && <PrecisionBadge precision={model.precision} loss={lossAt(model, model.precision)} />}
          <StatusBadge status={subjectStatus(model.status, model.job)} />
        </>
      }
      foot={
        <>
          added <RelativeTime at={model.createdAt} />
          {model.sites.length > 0 && ` · ${model.sites.length} sites`}
        </>
      }
    >
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
    </ResourceCard>
  )
}
