// The states every list has beside its content: loading, empty, filtered empty, error. An unreachable server never looks like an empty list.
import type { LucideIcon } from 'lucide-react'
import FilterX from 'lucide-react/icons/funnel-x'
import RefreshCw from 'lucide-react/icons/refresh-cw'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import WifiOff from 'lucide-react/icons/wifi-off'
import type { ReactNode } from 'react'
import { Button } from './button.js'
import { errorText, isUnreachable } from './errors.js'
import { formatClock } from './format.js'
import { cx } from './tones.js'

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx('animate-pulse rounded-lg bg-tile', className ?? 'h-24')} />
}

/** Placeholders of the final height while a list loads. */
export function SkeletonList({ rows = 3, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-3">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical placeholders
        <Skeleton key={index} {...(className ? { className } : {})} />
      ))}
    </div>
  )
}

interface EmptyStateProps {
  icon: LucideIcon
  /** One sentence on what belongs here, one on what is missing. */
  children: ReactNode
  title?: string
  /** The button that creates it. */
  action?: ReactNode
}

export function EmptyState({ icon: Icon, title, action, children }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong px-6 py-12 text-center">
      <Icon className="size-8 text-muted" aria-hidden />
      {title && <p className="text-base font-medium text-heading">{title}</p>}
      <p className="max-w-lg text-sm text-body">{children}</p>
      {action && <div className="mt-1 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

/** There is content, but not under these filters. */
export function FilteredEmpty({ children, onClear }: { children: ReactNode; onClear(): void }) {
  return (
    <EmptyState icon={FilterX} action={<Button onClick={onClear}>Clear filters</Button>}>
      {children}
    </EmptyState>
  )
}

interface ErrorStateProps {
  error: unknown
  onRetry?(): void
  /** When the server last answered (ms); shown when it is unreachable now. */
  since?: number | null
}

export function ErrorState({ error, onRetry, since }: ErrorStateProps) {
  const unreachable = isUnreachable(error)
  const Icon = unreachable ? WifiOff : TriangleAlert
  const text = unreachable
    ? `No answer from the server${since ? ` since ${formatClock(since)}` : ''}. Check that miStudio runs.`
    : errorText(error)
  return (
    <div
      role="alert"
      className="flex flex-col items-center gap-3 rounded-lg border border-tone-red/40 bg-tone-red/10 px-6 py-10 text-center"
    >
      <Icon className="size-7 text-tone-red" aria-hidden />
      <p className="max-w-lg text-sm text-heading">{text}</p>
      {onRetry && (
        <Button icon={RefreshCw} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}
