// One training of the list: what it trains, how far it is, its newest figures.

import type { Training } from '@mistudio/contracts'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { ResourceCard } from '../../../kit/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { summaryTiles, type Tile } from '../../../shared/sae-figures/tiles.js'
import { QualityBadge, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { liveTiles, problemsOf, trainingLine } from '../prepare.js'

export function TrainingCard({ training }: { training: Training }) {
  const { job, summary } = training
  const problems = problemsOf(training)
  const tiles = summary
    ? summaryTiles(summary).slice(0, 5)
    : Object.keys(training.latest).length > 0
      ? liveTiles(training)
      : []
  return (
    <ResourceCard
      icon={GraduationCap}
      tone="emerald"
      name={training.name}
      about={training}
      to={places.training({ id: training.id })}
      line={`${training.modelName} · ${training.datasetName}`}
      details={<p className="mt-0.5 text-xs text-muted">{trainingLine(training)}</p>}
      marks={<RunPrecision precision={training.precision} modelId={training.modelId} />}
      aside={
        <>
          {job && isActive(job) && <JobActions job={job} size="sm" />}
          <QualityBadge problems={problems} />
          {job && <StatusBadge status={job.state} warned={problems.length > 0} />}
        </>
      }
      foot={
        <>
          started <RelativeTime at={training.createdAt} />
        </>
      }
    >
      {job && isActive(job) && (
        <div className="mt-4">
          <JobProgress job={job} label={`Training ${training.name}`} />
        </div>
      )}
      {job?.state === 'failed' && (
        <p className="mt-3 text-sm wrap-anywhere text-tone-red">
          {job.error?.message ?? 'It failed without saying why.'}
        </p>
      )}
      {tiles.length > 0 && <TileLine tiles={tiles} />}
    </ResourceCard>
  )
}

function TileLine({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <dl className="mt-4 grid grid-cols-[repeat(auto-fit,minmax(120px,1fr))] gap-3">
      {tiles.map((tile) => (
        <div key={tile.label} title={tile.title} className="rounded-lg bg-tile px-4 py-2.5">
          <dt className="text-xs text-muted">{tile.label}</dt>
          <dd className="text-lg font-semibold text-heading tabular-nums">{tile.value}</dd>
        </div>
      ))}
    </dl>
  )
}
