// Counts on a linear or a logarithmic axis: the choice stays for the next feature.
import { useState } from 'react'
import { cx } from '../../../ui/index.js'

const KEY = 'mistudio.features.log.'

export const useLogCounts = (chart: string, first: boolean): [boolean, (log: boolean) => void] => {
  const [log, setLog] = useState(() => (localStorage.getItem(KEY + chart) ?? String(first)) === 'true')
  const change = (next: boolean) => {
    localStorage.setItem(KEY + chart, String(next))
    setLog(next)
  }
  return [log, change]
}

export function LogSwitch({ log, onLog }: { log: boolean; onLog(log: boolean): void }) {
  return (
    <Segments
      label="Counts"
      value={log ? 'log' : 'linear'}
      options={[
        { value: 'linear', label: 'linear' },
        { value: 'log', label: 'log' },
      ]}
      onChange={(value) => onLog(value === 'log')}
    />
  )
}

interface SegmentsProps<T extends string> {
  label: string
  value: T
  options: readonly { readonly value: T; readonly label: string }[]
  onChange(value: T): void
}

/** A few choices side by side, one of them pressed. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of toggle buttons, not a part of a form
    <div role="group" aria-label={label} className="flex rounded-md border border-line-strong p-px text-xs">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cx(
            'h-6 rounded-[5px] px-2 whitespace-nowrap',
            option.value === value ? 'bg-secondary text-on-secondary' : 'text-muted hover:text-heading',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
