// Text inputs. Each takes its id and error link from the Field around it.
import Search from 'lucide-react/icons/search'
import { type InputHTMLAttributes, type Ref, type TextareaHTMLAttributes, useEffect, useRef, useState } from 'react'
import { useField } from './field.js'
import { useHotkey } from './hotkeys.js'
import { cx } from './tones.js'

export const CONTROL =
  'w-full min-w-0 rounded-lg border border-line-strong bg-field px-3 text-sm text-heading aria-invalid:border-tone-red'

interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  ref?: Ref<HTMLInputElement>
}
/** `autoFocus` also tells the dialog around it where the focus belongs. */
export function Input({ className, autoFocus, ...rest }: InputProps) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      {...useField()}
      {...rest}
      {...(autoFocus ? { autoFocus, 'data-autofocus': true } : {})}
      className={cx(CONTROL, 'h-9', className)}
    />
  )
}

interface TextareaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  ref?: Ref<HTMLTextAreaElement>
}
export function Textarea({ className, ...rest }: TextareaProps) {
  return (
    <textarea spellCheck={false} {...useField()} {...rest} className={cx(CONTROL, 'py-2 leading-relaxed', className)} />
  )
}

interface NumberFieldProps {
  value: number | null
  /** null while the field is empty or not a number; limits are the form's to judge. */
  onChange(value: number | null): void
  min?: number
  max?: number
  step?: number | 'any'
  unit?: string
  placeholder?: string
  disabled?: boolean
  className?: string
  'aria-label'?: string
}

/** A number typed as text: keeps what is being typed (`1e-`, empty) until it parses. */
export function NumberField({ value, onChange, min, max, step = 'any', unit, className, ...rest }: NumberFieldProps) {
  const [text, setText] = useState(value === null ? '' : String(value))
  useEffect(() => {
    // Adopt outside changes (presets) but leave the person's own spelling of the same number alone.
    setText((current) =>
      current.trim() !== '' && Number(current) === value
        ? current
        : value === null
          ? Number.isNaN(Number(current))
            ? current
            : ''
          : String(value),
    )
  }, [value])
  return (
    <span className="relative block">
      <input
        {...useField()}
        {...rest}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          const parsed = event.target.value.trim() === '' ? Number.NaN : Number(event.target.value)
          onChange(Number.isNaN(parsed) ? null : parsed)
        }}
        onKeyDown={(event) => {
          if (step === 'any' || value === null || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
          event.preventDefault()
          const next = value + (event.key === 'ArrowUp' ? step : -step)
          onChange(Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? Number.NEGATIVE_INFINITY, next)))
        }}
        className={cx(CONTROL, 'h-9 tabular-nums', unit && 'pr-16', className)}
      />
      {unit && (
        <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-xs text-muted">
          {unit}
        </span>
      )}
    </span>
  )
}

interface SearchInputProps {
  value: string
  onChange(value: string): void
  placeholder: string
  /** Focus with the `/` key. */
  slash?: boolean
  className?: string
}

/** Search text, passed on 300 ms after the last key. */
export function SearchInput({ value, onChange, placeholder, slash = true, className }: SearchInputProps) {
  const [text, setText] = useState(value)
  const [input, setInput] = useState<HTMLInputElement | null>(null)
  const report = useRef(onChange)
  useEffect(() => {
    report.current = onChange
  })
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => report.current(text), 300)
    return () => clearTimeout(timer)
  }, [text, value])
  useHotkey('/', () => input?.focus(), { label: 'Search', enabled: slash })
  return (
    <span className={cx('relative block', className)}>
      <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" aria-hidden />
      <input
        ref={setInput}
        type="search"
        aria-label={placeholder}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={cx(CONTROL, 'h-9 pl-9')}
      />
    </span>
  )
}
