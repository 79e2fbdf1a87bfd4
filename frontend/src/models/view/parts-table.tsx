// Where the parameters and the memory of a model are.
import type { ModelSpec } from '@mistudio/contracts'
import { Card, formatBytes, formatCount, formatPercent } from '../../ui/index.js'
import { partRows } from '../prepare.js'

export function PartsTable({ spec }: { spec: ModelSpec }) {
  return (
    <Card
      title="Parts"
      description={`${formatBytes(spec.memory.weights)} of weights at fp32, ${formatBytes(spec.memory.kvPerToken)} of cache and ${formatBytes(spec.memory.activationsPerToken)} of activations per token`}
    >
      <ul className="space-y-2.5 text-sm">
        {partRows(spec).map((row) => (
          <li key={row.part}>
            <div className="flex justify-between gap-4">
              <span className="text-heading">{row.part}</span>
              <span className="text-muted tabular-nums">
                {formatCount(row.parameters)} · {formatBytes(row.bytes)} · {formatPercent(row.share)}
              </span>
            </div>
            <div className="mt-1 h-1.5 rounded-full bg-secondary" aria-hidden>
              <div className="h-full rounded-full bg-purple-500" style={{ width: `${row.share * 100}%` }} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}
