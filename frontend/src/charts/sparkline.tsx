// A line without axes beside a figure. Gaps break it.
import { usePaced } from './pace.js'
import { sparkPath } from './prepare.js'

interface SparklineProps {
  values: readonly (number | null)[]
  label: string
  color?: string
  width?: number
  height?: number
}

export function Sparkline({ values, label, color = '--series-emerald', width = 96, height = 24 }: SparklineProps) {
  const path = sparkPath(usePaced(values), width, height - 2)
  if (!path) return null
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 -1 ${width} ${height}`}
      width={width}
      height={height}
      className="shrink-0"
    >
      <path d={path} fill="none" stroke={`var(${color})`} strokeWidth="1.5" />
    </svg>
  )
}
