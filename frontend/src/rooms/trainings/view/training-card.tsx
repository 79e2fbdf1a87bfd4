// One training of the list: what it trains, how far it is, its newest figures.
import type { Training } from '@mistudio/contracts'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import { Link } from 'react-router'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { RunPrecision } from '../../../shared/precision/index.js'
import { summaryTiles, type Tile } from '../../../shared/sae-figures/tiles.js'
import { QualityBadge, RelativeTime, StatusBadge } from '../../../ui/index.js'
import { liveTiles, problemsOf, trainingLine } from '../prepare.js'
import { TrainingActions } from './training-actions.js'

export function TrainingCard({ training }: { training: Training }) {
  const { job, summary } = training
  const problems = problemsOf(training)
  const tiles = summary
    ? summaryTiles(summary).slice(0, 5)
    : Object.keys(training.latest).length > 0
      ? liveTiles(training)
      : []
  return (
    <article className="rounded-lg border border-line bg-card p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 gap-4">
          <GraduationCap className="mt-1 size-6 shrink-0 text-tone-emerald" aria-hidden />
          <div className="min-w-0">
            <h2 className="text-lg font-semibold wrap-anywhere text-heading">
              <Link to={places.training({ id: training.id })} className="hover:underline">
                {training.name}
              </Link>
            </h2>
            <p className="text-sm text-body">
              {training.modelName} · {training.datasetName}
            </p>
            <p className="mt-0.5 text-xs text-muted">{trainingLine(training)}</p>
            <p className="mt-1.5">
              <RunPrecision precision={training.precision} modelId={training.modelId} />
            </p>
          </div>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {job && isActive(job) && <TrainingActions training={training} job={job} size="sm" />}
          <QualityBadge problems={problems} />
          {job && <StatusBadge status={job.state} warned={problems.length > 0} />}
        </div>
      </div>
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
      <p className="mt-3 text-xs text-muted">
        started <RelativeTime at={training.createdAt} />
      </p>
    </article>
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
