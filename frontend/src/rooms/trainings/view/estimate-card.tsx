// What the training will need: memory against what is free, time and how it was found, warnings. Dashes until the form is complete.
import type { CreateTraining, TrainingEstimate } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import {
  Card,
  cx,
  DASH,
  errorText,
  Facts,
  formatBytes,
  formatCount,
  formatDuration,
  Notice,
  TONE_TEXT,
} from '../../../ui/index.js'
import { useEstimate } from '../api.js'
import { judgeMemory, memoryRows, ofTheText } from '../prepare.js'

export function EstimateCard({ request }: { request: CreateTraining | null }) {
  const estimate = useEstimate(request)
  const known = request ? estimate.data : undefined
  return (
    <Card
      title="Estimate"
      actions={request && estimate.isFetching && <span className="text-xs text-muted">measuring…</span>}
    >
      {known ? (
        <Known estimate={known} />
      ) : request && estimate.error ? (
        <Notice tone="amber" icon={TriangleAlert}>
          {errorText(estimate.error)}
        </Notice>
      ) : (
        <Facts
          rows={[
            ['Memory', DASH],
            ['Time', DASH],
          ]}
        />
      )}
    </Card>
  )
}

const FILLS = ['bg-purple-500', 'bg-blue-500', 'bg-emerald-500', 'bg-amber-500', 'bg-cyan-500']

function Known({ estimate }: { estimate: TrainingEstimate }) {
  const judged = judgeMemory(estimate)
  const rows = memoryRows(estimate)
  return (
    <div className="space-y-4" aria-live="polite">
      <div>
        <p className="flex items-baseline justify-between text-sm">
          <span className="text-heading">
            <b className={cx('text-xl tabular-nums', TONE_TEXT[judged.tone])}>{formatBytes(estimate.memory.total)}</b>{' '}
            of {formatBytes(estimate.memory.free)} free
          </span>
          <span className={TONE_TEXT[judged.tone]}>{judged.word}</span>
        </p>
        <div className="mt-2 flex h-2 overflow-hidden rounded-full bg-secondary" aria-hidden>
          {rows.map((row, index) => (
            <span key={row.label} className={FILLS[index]} style={{ width: `${Math.min(100, row.share * 100)}%` }} />
          ))}
        </div>
        <ul className="mt-2 space-y-0.5 text-xs text-body">
          {rows.map((row, index) => (
            <li key={row.label} className="flex items-center gap-2">
              <span className={cx('size-2 rounded-full', FILLS[index])} />
              {row.label}
              <span className="ml-auto tabular-nums">{row.text}</span>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <p className="text-sm text-heading">
          <b className="text-xl tabular-nums">{formatDuration(estimate.seconds)}</b>{' '}
          {estimate.seconds === null && 'time not known'}
        </p>
        <p className="text-xs text-muted">{estimate.basis}</p>
      </div>
      <Facts
        rows={[
          ['SAE', `${formatCount(estimate.dIn)} → ${formatCount(estimate.dSae)}`],
          ['Tokens', `${formatCount(estimate.tokens)}, ${ofTheText(estimate.epochs)}`],
        ]}
      />
      {estimate.warnings.map((warning) => (
        <Notice key={warning} tone="amber" icon={TriangleAlert}>
          {warning}
        </Notice>
      ))}
    </div>
  )
}
