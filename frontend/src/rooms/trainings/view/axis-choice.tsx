// What all curves of a page have in common: what the x axis counts, and smoothing.
import { Field, Select, Slider } from '../../../ui/index.js'
import { X_AXES, type XKind } from '../axis.js'

interface Props {
  axis: XKind
  onAxis(axis: XKind): void
  /** Whether the times of steps are stored. */
  timed: boolean
  smoothing: number
  onSmoothing(weight: number): void
}

/** In words: how many values the mean is over, about. */
const smoothingText = (weight: number): string =>
  weight === 0 ? 'none' : `mean of about ${Math.round(1 / (1 - weight))} values`

export function AxisChoice({ axis, onAxis, timed, smoothing, onSmoothing }: Props) {
  const options = Object.entries(X_AXES).map(([value, label]) => ({
    value: value as XKind,
    label: value === 'time' && !timed ? 'Time (not stored)' : label,
    disabled: value === 'time' && !timed,
  }))
  return (
    <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
      <Field label="X axis" className="w-40">
        <Select value={axis} onChange={onAxis} options={options} />
      </Field>
      <div className="flex h-9 items-center gap-3 text-sm text-muted">
        <span>Smoothing</span>
        <Slider
          value={smoothing}
          onChange={onSmoothing}
          min={0}
          max={0.99}
          step={0.01}
          aria-label="Smoothing of the curves"
          valueText={smoothingText(smoothing)}
          className="w-48"
        />
        <span className="tabular-nums">{smoothingText(smoothing)}</span>
      </div>
    </div>
  )
}
