// A field that chooses one site: shows its name, opens the grid. Closed it is a combobox like any other choice.
import type { Site } from '@mistudio/contracts'
import ChevronDown from 'lucide-react/icons/chevron-down'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import { Button, Dialog, Input } from '../../../ui/index.js'
import { SiteGrid } from './site-grid.js'

interface SitePickerProps {
  /** Name of the chosen one; empty: none. */
  value: string
  sites: readonly Site[]
  /** Over the grid, for example `Site to read`. */
  title: string
  placeholder: string
  /** What none means, where none may be chosen. */
  none?: string
  disabled?: boolean
  onChange(name: string): void
}

const OPENING = ['Enter', ' ', 'ArrowDown', 'ArrowUp']

export function SitePicker({ value, sites, title, placeholder, none, disabled = false, onChange }: SitePickerProps) {
  const [open, setOpen] = useState(false)
  const choose = (name: string) => {
    setOpen(false)
    onChange(name)
  }
  const show = () => !disabled && setOpen(true)
  return (
    <span className="relative block min-w-0">
      <Input
        role="combobox"
        aria-haspopup="dialog"
        aria-expanded={open}
        readOnly
        disabled={disabled}
        value={value || (none ?? '')}
        placeholder={placeholder}
        title={value}
        className="cursor-pointer pr-9 text-ellipsis"
        onClick={show}
        onKeyDown={(event) => {
          if (!OPENING.includes(event.key)) return
          event.preventDefault()
          show()
        }}
      />
      <ChevronDown className="pointer-events-none absolute top-2.5 right-3 size-4 text-muted" aria-hidden />
      {open &&
        // Outside of the form around it, which Enter in the search would send.
        createPortal(
          <Dialog
            open
            onClose={() => setOpen(false)}
            size="xl"
            title={title}
            description="Kinds of sites down, layers across. Names follow TransformerLens."
            {...(none ? { footer: <Button onClick={() => choose('')}>{none}</Button> } : {})}
          >
            <SiteGrid label={title} sites={sites} chosen={[value]} onChange={([name]) => choose(name ?? '')} />
          </Dialog>,
          document.body,
        )}
    </span>
  )
}
