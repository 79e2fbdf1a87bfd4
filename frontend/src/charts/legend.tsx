// Names of a chart's series with their looks; a press hides one or shows it again. Several charts of the same series share one.
import { cx } from '../ui/index.js'
import type { Series } from './prepare.js'

interface LegendProps {
  series: readonly Pick<Series, 'key' | 'label' | 'color' | 'dash'>[]
  hidden: ReadonlySet<string>
  onToggle(key: string): void
}

export function Legend({ series, hidden, onToggle }: LegendProps) {
  return (
    <div className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
      {series.map((one) => (
        <button
          key={one.key}
          type="button"
          aria-pressed={!hidden.has(one.key)}
          title={hidden.has(one.key) ? `Show ${one.label}` : `Hide ${one.label}`}
          onClick={() => onToggle(one.key)}
          className={cx(
            'inline-flex items-center gap-1.5 rounded px-1 text-xs',
            hidden.has(one.key) ? 'text-muted line-through' : 'text-body',
          )}
        >
          <svg width="16" height="6" aria-hidden>
            <line
              x1="0"
              x2="16"
              y1="3"
              y2="3"
              stroke={`var(${one.color})`}
              strokeWidth="2"
              strokeDasharray={one.dash?.join(' ')}
            />
          </svg>
          {one.label}
        </button>
      ))}
    </div>
  )
}
