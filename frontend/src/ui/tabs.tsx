// Tabs with arrow keys. The chosen tab belongs to the caller, best kept in the URL (`useTabParam`).
import type { LucideIcon } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { cx } from './tones.js'
import { useUrlParams } from './url-params.js'

export interface Tab<T extends string> {
  id: T
  label: string
  icon?: LucideIcon
  count?: number
}

interface TabsProps<T extends string> {
  tabs: readonly Tab<T>[]
  value: T
  onChange(value: T): void
  label: string
  children: ReactNode
}

export function Tabs<T extends string>({ tabs, value, onChange, label, children }: TabsProps<T>) {
  const base = useId()
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const at = tabs.findIndex((tab) => tab.id === value)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (!next) return
    onChange(next.id)
    document.getElementById(`${base}-${next.id}`)?.focus()
  }
  return (
    <div>
      <div
        role="tablist"
        aria-label={label}
        onKeyDown={onKeyDown}
        className="mb-5 flex gap-1 overflow-x-auto overflow-y-hidden border-b border-line"
      >
        {tabs.map(({ id, label: text, icon: Icon, count }) => (
          <button
            key={id}
            id={`${base}-${id}`}
            type="button"
            role="tab"
            aria-selected={id === value}
            aria-controls={`${base}-panel`}
            tabIndex={id === value ? 0 : -1}
            onClick={() => onChange(id)}
            className={cx(
              '-mb-px inline-flex h-10 items-center gap-2 border-b-2 px-3 text-sm font-medium whitespace-nowrap focus-visible:-outline-offset-2',
              id === value
                ? 'border-tone-emerald text-tone-emerald'
                : 'border-transparent text-muted hover:text-heading',
            )}
          >
            {Icon && <Icon className="size-4" aria-hidden />}
            {text}
            {count !== undefined && (
              <span className="rounded-full bg-tile px-2 text-xs text-body tabular-nums">{count}</span>
            )}
          </button>
        ))}
      </div>
      <div id={`${base}-panel`} role="tabpanel" aria-labelledby={`${base}-${value}`}>
        {children}
      </div>
    </div>
  )
}

/** The chosen tab in the URL (`?tab=`); the first one when absent or unknown. */
export const useTabParam = <T extends string>(ids: readonly [T, ...T[]], name = 'tab'): [T, (value: T) => void] => {
  const [params, update] = useUrlParams()
  const asked = params.get(name)
  const value = ids.find((id) => id === asked) ?? ids[0]
  const set = (next: T) => update({ [name]: next === ids[0] ? null : next }, { replace: true })
  return [value, set]
}
