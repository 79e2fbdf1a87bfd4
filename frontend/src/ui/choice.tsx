// Choices: select, checkbox, toggle, slider. Native controls, so keyboard and screen readers work as everywhere.
import ChevronDown from 'lucide-react/icons/chevron-down'
import { type ReactNode, type SelectHTMLAttributes, useId } from 'react'
import { useField } from './field.js'
import { CONTROL } from './input.js'
import { cx } from './tones.js'

interface Option<T extends string = string> {
  value: T
  label: string
  disabled?: boolean
}

interface SelectProps<T extends string> extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'> {
  value: T | ''
  onChange(value: T): void
  options: readonly Option<T>[]
  /** Shown while nothing is chosen. */
  placeholder?: string
}

export function Select<T extends string>({
  value,
  onChange,
  options,
  placeholder,
  className,
  ...rest
}: SelectProps<T>) {
  const nothingIsAnOption = options.some((option) => option.value === '')
  return (
    <span className={cx('relative block min-w-0', className)}>
      <select
        {...useField()}
        {...rest}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value)
          if (chosen) onChange(chosen.value)
        }}
        className={cx(CONTROL, 'h-9 cursor-pointer appearance-none pr-9 text-ellipsis')}
      >
        {(placeholder !== undefined || (value === '' && !nothingIsAnOption)) && (
          <option value="" disabled>
            {placeholder ?? 'Choose…'}
          </option>
        )}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown className="pointer-events-none absolute top-2.5 right-3 size-4 text-muted" aria-hidden />
    </span>
  )
}

interface CheckProps {
  checked: boolean
  onChange(checked: boolean): void
  label: ReactNode
  hint?: ReactNode
  disabled?: boolean
}

export function Checkbox({ checked, onChange, label, hint, disabled }: CheckProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 cursor-pointer accent-emerald-600"
      />
      <label htmlFor={id} className="cursor-pointer text-sm text-heading">
        {label}
        {hint && <span className="block text-xs text-muted">{hint}</span>}
      </label>
    </div>
  )
}

export function Toggle({ checked, onChange, label, hint, disabled }: CheckProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-3">
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={checked}
        disabled={disabled}
        onClick={() => onChange(!checked)}
        className={cx(
          'relative h-6 w-12 shrink-0 rounded-full border transition-colors duration-150',
          checked ? 'border-emerald-600 bg-emerald-600' : 'border-line-strong bg-secondary',
        )}
      >
        <span
          className={cx(
            'absolute top-[3px] left-[3px] size-4 rounded-full transition-transform duration-150',
            checked ? 'translate-x-6 bg-white' : 'bg-muted',
          )}
        />
      </button>
      <label htmlFor={id} className="cursor-pointer text-sm text-heading">
        {label}
        {hint && <span className="block text-xs text-muted">{hint}</span>}
      </label>
    </div>
  )
}

interface SliderProps {
  value: number
  onChange(value: number): void
  min: number
  max: number
  step: number
  /** Read aloud and shown by the caller, for example `+2.0 σ`. */
  valueText?: string
  'aria-label'?: string
  /** Fill from the middle (zero) instead of the left. */
  centred?: boolean
  className?: string
}

export function Slider({
  value,
  onChange,
  min,
  max,
  step,
  valueText,
  centred = false,
  className,
  ...rest
}: SliderProps) {
  const at = (v: number) => ((v - min) / (max - min)) * 100
  const from = centred ? Math.min(at(0), at(value)) : 0
  const to = centred ? Math.max(at(0), at(value)) : at(value)
  return (
    <span className={cx('relative flex h-6 items-center', className)}>
      <span className="pointer-events-none absolute inset-x-0 h-1.5 rounded-full bg-secondary">
        <span
          className={cx('absolute h-full rounded-full', centred && value < 0 ? 'bg-orange-500' : 'bg-emerald-500')}
          style={{ left: `${from}%`, width: `${to - from}%` }}
        />
        {centred && <span className="absolute top-[-3px] h-3 w-0.5 bg-line-strong" style={{ left: `${at(0)}%` }} />}
      </span>
      <input
        {...useField()}
        {...rest}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={valueText}
        onChange={(event) => onChange(Number(event.target.value))}
        className="slider relative w-full cursor-pointer appearance-none rounded-full bg-transparent"
      />
    </span>
  )
}
