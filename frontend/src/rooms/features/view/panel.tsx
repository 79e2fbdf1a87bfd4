// A small card of the feature page: title, explanation on demand, actions.
import type { ReactNode } from 'react'
import { cx, Help } from '../../../ui/index.js'

interface Props {
  title: string
  help?: ReactNode
  actions?: ReactNode
  className?: string
  children: ReactNode
}

export function Panel({ title, help, actions, className, children }: Props) {
  return (
    <section className={cx('min-w-0 rounded-lg border border-line bg-card px-4 py-3', className)}>
      <header className="mb-2 flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="flex items-center gap-1 text-sm font-semibold text-heading">
          {title}
          {help && <Help label={title}>{help}</Help>}
        </h2>
        {actions && <div className="ml-auto flex flex-wrap items-center gap-1.5">{actions}</div>}
      </header>
      {children}
    </section>
  )
}
