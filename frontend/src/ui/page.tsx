// The skeleton of every page: breadcrumb, title with state, main action right, content.
import ChevronRight from 'lucide-react/icons/chevron-right'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { cx } from './tones.js'

export interface Crumb {
  label: string
  to: string
}

interface PageProps {
  title: ReactNode
  /** Of the browser tab; the title itself when that is text. */
  documentTitle?: string
  crumbs?: readonly Crumb[]
  /** State badge beside the title. */
  state?: ReactNode
  subtitle?: ReactNode
  actions?: ReactNode
  /** Use the whole width (browsers, comparison). */
  wide?: boolean
  children: ReactNode
}

export function Page({ title, documentTitle, crumbs, state, subtitle, actions, wide, children }: PageProps) {
  const name = documentTitle ?? (typeof title === 'string' ? title : null)
  useEffect(() => {
    document.title = name ? `${name} · miStudio` : 'miStudio'
  }, [name])
  return (
    <div className={cx('mx-auto w-full px-4 py-6 sm:px-6', wide ? 'max-w-[1680px]' : 'max-w-7xl')}>
      <PageHeader title={title} crumbs={crumbs} state={state} subtitle={subtitle} actions={actions} />
      {children}
    </div>
  )
}

interface PageHeaderProps {
  title: ReactNode
  crumbs?: readonly Crumb[] | undefined
  state?: ReactNode
  subtitle?: ReactNode
  actions?: ReactNode
}

function PageHeader({ title, crumbs, state, subtitle, actions }: PageHeaderProps) {
  return (
    <header className="mb-6">
      {crumbs && crumbs.length > 0 && (
        <nav aria-label="Breadcrumb" className="mb-1.5 flex flex-wrap items-center gap-1 text-xs text-muted">
          {crumbs.map((crumb) => (
            <span key={crumb.to} className="inline-flex items-center gap-1">
              <Link to={crumb.to} className="hover:text-heading hover:underline">
                {crumb.label}
              </Link>
              <ChevronRight className="size-3" aria-hidden />
            </span>
          ))}
        </nav>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-3">
            <h1 className="text-2xl font-semibold wrap-anywhere text-heading">{title}</h1>
            {state}
          </div>
          {subtitle && <p className="mt-1 text-sm text-muted">{subtitle}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  )
}
