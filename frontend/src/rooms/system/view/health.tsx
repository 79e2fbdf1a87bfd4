// Whether the parts of the product answer.
import CircleAlert from 'lucide-react/icons/circle-alert'
import CircleCheck from 'lucide-react/icons/circle-check'
import { useRead } from '../../../data/index.js'
import { Card, ErrorState, formatDuration, Skeleton } from '../../../ui/index.js'

const PARTS = [
  { key: 'database', label: 'PostgreSQL' },
  { key: 'redis', label: 'Redis' },
  { key: 'worker', label: 'Worker' },
] as const

export function Health() {
  const health = useRead('health', {}, { refetchInterval: 10_000 })
  return (
    <Card title="Health">
      {health.error && !health.data ? (
        <ErrorState error={health.error} onRetry={() => void health.refetch()} />
      ) : !health.data ? (
        <Skeleton />
      ) : (
        <ul className="space-y-2 text-sm">
          {PARTS.map(({ key, label }) => {
            const check = health.data[key]
            const Icon = check.ok ? CircleCheck : CircleAlert
            return (
              <li key={key} className="flex items-start gap-3">
                <Icon
                  className={
                    check.ok ? 'mt-0.5 size-4 shrink-0 text-tone-emerald' : 'mt-0.5 size-4 shrink-0 text-tone-red'
                  }
                  aria-hidden
                />
                <span className="w-24 shrink-0 text-heading">{label}</span>
                <span className="min-w-0 flex-1 wrap-anywhere text-muted">
                  {check.ok ? 'answers' : 'does not answer'}
                  {check.detail && ` · ${check.detail}`}
                </span>
                {check.milliseconds !== null && (
                  <span className="text-muted tabular-nums">{formatDuration(check.milliseconds / 1000)}</span>
                )}
              </li>
            )
          })}
        </ul>
      )}
    </Card>
  )
}
