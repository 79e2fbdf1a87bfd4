// A form field's frame: label, help popover, error. The control gets its id and its error link through `useField`.
import CircleHelp from 'lucide-react/icons/circle-question-mark'
import { createContext, type ReactNode, useContext, useId, useRef } from 'react'
import { cx } from './tones.js'

interface FieldLinks {
  id: string
  describedBy: string | undefined
  invalid: boolean
}
const FieldContext = createContext<FieldLinks | null>(null)

/** Attributes that tie a control to the Field around it; none outside of one. */
export const useField = (): { id?: string; 'aria-describedby'?: string; 'aria-invalid'?: true } => {
  const links = useContext(FieldContext)
  if (!links) return {}
  return {
    id: links.id,
    ...(links.describedBy ? { 'aria-describedby': links.describedBy } : {}),
    ...(links.invalid ? { 'aria-invalid': true as const } : {}),
  }
}

/** A small `?` that opens an explanation. Closes with Esc or a click outside. */
export function Help({ label, children }: { label: string; children: ReactNode }) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const place = () => {
    const box = button.current?.getBoundingClientRect()
    if (!box || !panel.current) return
    const width = Math.min(420, window.innerWidth - 24)
    panel.current.style.width = `${width}px`
    panel.current.style.left = `${Math.min(Math.max(12, box.left - 20), window.innerWidth - width - 12)}px`
    const below = box.bottom + 8
    const room = window.innerHeight - below
    panel.current.style.top = room > 240 ? `${below}px` : 'auto'
    panel.current.style.bottom = room > 240 ? 'auto' : `${window.innerHeight - box.top + 8}px`
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        onClick={place}
        aria-label={`About ${label}`}
        className="inline-flex size-5 items-center justify-center rounded-full text-muted hover:text-heading"
      >
        <CircleHelp className="size-4" aria-hidden />
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className="fixed m-0 rounded-lg border border-line-strong bg-modal p-4 text-sm text-body shadow-xl"
      >
        <p className="mb-1 font-medium text-heading">{label}</p>
        {children}
      </div>
    </>
  )
}

interface FieldProps {
  label: string
  required?: boolean
  help?: ReactNode
  hint?: ReactNode
  error?: string | null | undefined
  className?: string
  children: ReactNode
}

export function Field({ label, required, help, hint, error, className, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  return (
    <div className={cx('min-w-0', className)}>
      <div className="mb-1.5 flex items-center gap-1">
        <label htmlFor={id} className="text-sm font-medium text-heading">
          {label}
          {required && (
            <span className="text-tone-red" title="required">
              {' '}
              *
            </span>
          )}
        </label>
        {help && <Help label={label}>{help}</Help>}
      </div>
      <FieldContext.Provider value={{ id, describedBy: error || hint ? noteId : undefined, invalid: Boolean(error) }}>
        {children}
      </FieldContext.Provider>
      {error ? (
        <p id={noteId} className="mt-1 text-xs text-tone-red">
          {error}
        </p>
      ) : (
        hint && (
          <p id={noteId} className="mt-1 text-xs text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  )
}
