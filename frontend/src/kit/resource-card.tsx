// One thing of a list: what it is, where it stands, what may be done with it.
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { cx, TONE_TEXT, type Tone } from '../ui/index.js'
import { About } from './about.js'

interface ResourceCardProps {
  icon?: LucideIcon
  tone?: Tone
  name: string
  /** Its page; null while it has none. */
  to: string | null
  /** What it is, in one line; then finer lines. */
  line?: ReactNode
  details?: ReactNode
  /** What people wrote about it. */
  about?: { readonly notes: string; readonly tags: readonly string[] }
  /** Small marks below the lines. */
  marks?: ReactNode
  /** Right of the name: state and buttons. */
  aside?: ReactNode
  /** Progress, failures, figures. */
  children?: ReactNode
  foot?: ReactNode
}

export function ResourceCard(props: ResourceCardProps) {
  const { icon: Icon, tone = 'slate', name, to, line, details, about, marks, aside, children, foot } = props
  return (
    <article className="min-w-0 rounded-lg border border-line bg-card p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 flex-1 basis-80 gap-4">
          {Icon && <Icon className={cx('mt-1 size-6 shrink-0', TONE_TEXT[tone])} aria-hidden />}
          <div className="min-w-0">
            <h2 className="text-lg font-semibold wrap-anywhere text-heading">
              {to ? (
                <Link to={to} className="hover:underline">
                  {name}
                </Link>
              ) : (
                name
              )}
            </h2>
            {line && <p className="text-sm text-body">{line}</p>}
            {details}
            {about && <About of={about} short />}
            {marks && <div className="mt-1.5 flex flex-wrap gap-2 empty:hidden">{marks}</div>}
          </div>
        </div>
        {aside && <div className="flex flex-wrap items-center gap-2">{aside}</div>}
      </div>
      {children}
      {foot && <p className="mt-3 text-xs text-muted">{foot}</p>}
    </article>
  )
}
