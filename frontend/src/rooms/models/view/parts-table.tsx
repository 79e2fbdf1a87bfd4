// Where the parameters and the memory of a model are.
import type { ModelSpec, ModelStructure } from '@mistudio/contracts'
import { Card, formatBytes, formatCount, formatPercent } from '../../../ui/index.js'
import { isExport, type PartRow, partRows } from '../prepare.js'

const NAMES: Readonly<Record<string, string>> = {
  embedding: 'Embedding',
  attention: 'Attention',
  mlp: 'MLP',
  norm: 'Norms',
  unembedding: 'Unembedding',
}

export function PartsTable({ model }: { model: { spec: ModelSpec; structure: ModelStructure | null } }) {
  const { memory, parameters } = model.spec
  const cache = isExport(model) ? '' : `${formatBytes(memory.kvPerToken)} of key/value cache and `
  const rows = partRows(model)
  const largest = Math.max(...rows.map((row) => row.memoryBytes))
  return (
    <Card
      title="Parameters and memory"
      description={`${formatCount(parameters)} parameters, ${formatBytes(memory.weights)} at float32. Besides: ${cache}${formatBytes(memory.activationsPerToken)} of activations per token.`}
    >
      <ul className="space-y-3 text-sm">
        {rows.map((row) => (
          <Part key={row.part} row={row} largest={largest} />
        ))}
      </ul>
    </Card>
  )
}

function Part({ row, largest }: { row: PartRow; largest: number }) {
  const { part, parameters, share, memoryBytes, storedBytes } = row
  return (
    <li>
      <div className="flex flex-wrap justify-between gap-x-4">
        <span className="text-heading">{NAMES[part] ?? part}</span>
        <span className="text-muted tabular-nums">
          {formatCount(parameters)} · {formatPercent(share)} · {formatBytes(memoryBytes)} at float32
          {storedBytes !== null && ` · ${formatBytes(storedBytes)} in the files`}
        </span>
      </div>
      <Bar className="bg-purple-500" share={memoryBytes / largest} />
      {storedBytes !== null && <Bar className="bg-slate-500" share={storedBytes / largest} />}
    </li>
  )
}

const Bar = ({ share, className }: { share: number; className: string }) => (
  <div className="mt-1 h-1.5 rounded-full bg-secondary" aria-hidden>
    <div className={`h-full rounded-full ${className}`} style={{ width: `${share * 100}%` }} />
  </div>
)
