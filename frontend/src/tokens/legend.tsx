// What a tint means: the scale from zero to the feature's maximum, with values.
import { formatValue } from '../ui/index.js'
import { MAX_ALPHA } from './tokens.js'

const STEPS = [0, 0.25, 0.5, 0.75, 1] as const

export function ActivationLegend({ max, of }: { max: number; of: string }) {
  return (
    <div className="flex items-center gap-2 text-xs text-muted tabular-nums">
      {of && <span className="whitespace-nowrap">{of}</span>}
      <span className="flex rounded border border-line" role="img" aria-label={`Tint from 0 to ${formatValue(max)}`}>
        {STEPS.map((step) => (
          <span
            key={step}
            className="min-w-9 px-1 text-center leading-5 text-heading first:rounded-l last:rounded-r"
            style={{ backgroundColor: `rgb(16 185 129 / ${step * MAX_ALPHA})` }}
          >
            {formatValue(Number((step * max).toPrecision(2)) || 0)}
          </span>
        ))}
      </span>
    </div>
  )
}
