// Progress of long work: stage, n of total, rate, elapsed, remaining. An unknown fraction is drawn as moving, never as a number.
import type { JobProgress } from '@mistudio/contracts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLeft,
  formatPercent,
  formatValue,
  secondsBetween,
} from './format.js'
import { useNow } from './time.js'
import { cx, TONE_FILL, type Tone } from './tones.js'

interface BarProps {
  /** 0–1; null = not known yet. */
  fraction: number | null
  tone?: Tone
  label: string
  /** Standing still (paused): the unknown bar does not move. */
  still?: boolean
  className?: string
}

export function ProgressBar({ fraction, tone = 'emerald', label, still = false, className }: BarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={fraction === null ? undefined : Math.round(fraction * 100)}
      className={cx('h-2 overflow-hidden rounded-full bg-secondary', className)}
    >
      {fraction === null ? (
        !still && <div className={cx('h-full w-1/3 animate-slide rounded-full', TONE_FILL[tone])} />
      ) : (
        <div className={cx('h-full rounded-full', TONE_FILL[tone])} style={{ width: `${fraction * 100}%` }} />
      )}
    </div>
  )
}

interface ProgressProps {
  progress: JobProgress | null
  /** ISO start of this attempt; shows the elapsed time. */
  startedAt?: string | null
  /** Which attempt the time is of, from the second on. */
  attempt?: number
  tone?: Tone
  still?: boolean
  label?: string
}

export function Progress({
  progress,
  startedAt,
  attempt = 1,
  tone = 'emerald',
  still = false,
  label = 'Progress',
}: ProgressProps) {
  const now = useNow(1000, !still && Boolean(startedAt))
  const fraction = progress?.fraction ?? null
  const unit = progress?.unit ?? ''
  const amount = (value: number) => (unit === 'bytes' ? formatBytes(value) : formatCount(value))
  const name = unit === 'bytes' ? '' : unit
  const count =
    progress?.done != null
      ? `${amount(progress.done)}${progress.total != null ? ` / ${amount(progress.total)}` : ''} ${name}`.trim()
      : null
  const parts = [
    count,
    progress?.rate != null && !still
      ? unit === 'bytes'
        ? `${formatBytes(progress.rate)}/s`
        : `${progress.rate < 100 ? formatValue(progress.rate) : formatCount(Math.round(progress.rate))} ${unit || 'units'}/s`
      : null,
    startedAt && !still
      ? `${formatDuration(secondsBetween(startedAt, null, now))} elapsed${attempt > 1 ? ` in attempt ${attempt}` : ''}`
      : null,
    progress?.etaSeconds != null && !still ? formatLeft(progress.etaSeconds) : null,
  ].filter(Boolean)
  return (
    <div className="min-w-0">
      <div className="mb-1.5 flex flex-wrap items-baseline justify-between gap-x-4 text-xs">
        <span className="text-body">{progress?.stage ?? (still ? 'Not started' : 'Starting')}</span>
        <span className="text-muted tabular-nums">{fraction === null ? '' : formatPercent(fraction)}</span>
      </div>
      <ProgressBar fraction={fraction} tone={tone} label={label} still={still} />
      {parts.length > 0 && <p className="mt-1.5 text-xs text-muted tabular-nums">{parts.join(' · ')}</p>}
    </div>
  )
}
