// Surfaces: card, notice and stat tile.
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx, TONE_SOFT, TONE_TEXT, type Tone } from './tones.js'

interface CardProps {
  title?: ReactNode
  /** Right of the title. */
  actions?: ReactNode
  description?: ReactNode
  className?: string
  children?: ReactNode
}

export function Card({ title, actions, description, className, children }: CardProps) {
  return (
    <section className={cx('min-w-0 rounded-lg border border-line bg-card p-5', className)}>
      {(title || actions) && (
        <header className="mb-4 flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            {title && <h2 className="text-lg font-semibold text-heading">{title}</h2>}
            {description && <p className="mt-0.5 text-sm text-muted">{description}</p>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  )
}

interface NoticeProps {
  tone: Tone
  icon?: LucideIcon
  title?: ReactNode
  actions?: ReactNode
  className?: string
  children?: ReactNode
}

/** A tinted box with a message: hint, warning, failure. */
export function Notice({ tone, icon: Icon, title, actions, className, children }: NoticeProps) {
  return (
    <div
      role={tone === 'red' ? 'alert' : undefined}
      className={cx('flex min-w-0 gap-3 rounded-lg border p-4 text-sm', TONE_SOFT[tone], className)}
    >
      {Icon && <Icon className={cx('mt-0.5 size-4 shrink-0', TONE_TEXT[tone])} aria-hidden />}
      <div className="min-w-0 flex-1">
        {title && <p className={cx('font-medium', TONE_TEXT[tone])}>{title}</p>}
        {children && <div className="wrap-anywhere text-body">{children}</div>}
        {actions && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}

interface StatProps {
  label: ReactNode
  value: ReactNode
  detail?: ReactNode
  tone?: Tone
  /** Full text of what the figure means. */
  title?: string
}

/** A figure with its name. Colour is never the only sign: say the judgement in `detail`. */
export function Stat({ label, value, detail, tone, title }: StatProps) {
  return (
    <div className="min-w-0 rounded-lg bg-tile p-4" title={title}>
      <p className="text-xs text-muted">{label}</p>
      <p className={cx('mt-1 truncate text-2xl font-bold tabular-nums', tone ? TONE_TEXT[tone] : 'text-heading')}>
        {value}
      </p>
      {detail && <p className="mt-0.5 text-xs text-muted">{detail}</p>}
    </div>
  )
}

/** Tiles side by side; as many columns as fit. */
export function StatRow({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-[repeat(auto-fit,minmax(150px,1fr))] gap-3">{children}</div>
}

/** Label and value pairs. */
export function Facts({ rows }: { rows: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(110px,auto)_minmax(0,1fr)] gap-x-6 gap-y-2 text-sm">
      {rows.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-muted">{label}</dt>
          <dd className="min-w-0 wrap-anywhere text-heading">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
