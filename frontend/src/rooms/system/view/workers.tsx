// Worker processes with their last sign of life and what their runners do.
import { RUNNER_SILENT_SECONDS } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Link } from 'react-router'
import { useRead } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { Badge, Card, ErrorState, formatBytes, Notice, RelativeTime, Skeleton } from '../../../ui/index.js'

export function Workers() {
  const workers = useRead('listWorkers', {}, { refetchInterval: 5000 })
  return (
    <Card
      title="Workers"
      description="Each runs jobs in runner processes of their own; a runner that ends early costs one attempt, not the work."
    >
      {workers.error && !workers.data ? (
        <ErrorState error={workers.error} onRetry={() => void workers.refetch()} />
      ) : !workers.data ? (
        <Skeleton />
      ) : !workers.data.some((worker) => worker.alive) ? (
        <Notice tone="amber" icon={TriangleAlert} title="No worker reports">
          Jobs wait until one does. Start miStudio again with ./start-mistudio.sh.
        </Notice>
      ) : (
        <ul className="space-y-4">
          {workers.data.map((worker) => (
            <li key={worker.id} className="rounded-lg bg-tile p-4">
              <div className="flex flex-wrap items-center justify-between gap-2">
                <p className="font-medium text-heading">
                  {worker.hostname} <span className="text-xs font-normal text-muted">process {worker.pid}</span>
                </p>
                {worker.alive ? <Badge tone="emerald">alive</Badge> : <Badge tone="red">silent</Badge>}
              </div>
              <p className="text-xs text-muted">
                up since <RelativeTime at={worker.startedAt} /> · last beat <RelativeTime at={worker.heartbeatAt} />
              </p>
              {worker.alive && (
                <ul className="mt-3 space-y-1 text-sm">
                  {worker.runners.map((runner) => (
                    <li
                      key={`${runner.queue}-${runner.pid ?? 'none'}`}
                      className="flex flex-wrap justify-between gap-x-4"
                    >
                      <span>{runner.queue}</span>
                      <span className="text-muted tabular-nums">
                        {runner.jobId ? (
                          <Link to={places.job({ id: runner.jobId })} className="text-tone-emerald underline">
                            at work
                          </Link>
                        ) : (
                          'idle'
                        )}
                        {(runner.silentSeconds ?? 0) >= RUNNER_SILENT_SECONDS && ' · not heard'}
                        {runner.rssBytes !== null && ` · ${formatBytes(runner.rssBytes)}`}
                        {runner.pid !== null && ` · process ${runner.pid}`}
                      </span>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
