// Keys of the shell and the sheet that lists every key of the current screen.
import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import { Dialog, type HotkeyEntry, useHotkey, useHotkeyStore } from '../ui/index.js'
import { useLayout } from './layout.js'
import { ROOMS } from './nav.js'

export const useShellHotkeys = (): void => {
  const open = useLayout((s) => s.open)
  const navigate = useNavigate()
  useHotkey('mod+k', () => open('palette'), { label: 'Go to or find', group: 'Everywhere', inInputs: true })
  useHotkey('?', () => open('shortcuts'), { label: 'This list', group: 'Everywhere' })
  useEffect(() => {
    const entries: readonly HotkeyEntry[] = ROOMS.map((room) => ({
      combo: `g ${room.key}`,
      label: room.label,
      group: 'Go to',
      inInputs: false,
      run: () => void navigate(room.path),
    }))
    // At the front of the list: a page's own keys are newer and win.
    useHotkeyStore.setState((state) => ({ entries: [...entries, ...state.entries] }))
    return () => useHotkeyStore.setState((state) => ({ entries: state.entries.filter((e) => !entries.includes(e)) }))
  }, [navigate])
}

const KEY_NAMES: Record<string, string> = {
  mod: 'Ctrl',
  ctrl: 'Ctrl',
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  enter: 'Enter',
  ' ': 'Space',
}

function Keys({ combo }: { combo: string }) {
  const parts = combo.split(combo.includes(' ') ? ' ' : '+')
  return (
    <span className="flex gap-1">
      {parts.map((part) => (
        <kbd
          key={part}
          className="min-w-6 rounded border border-line-strong bg-tile px-1.5 text-center font-sans text-xs text-heading"
        >
          {KEY_NAMES[part] ?? part.toUpperCase()}
        </kbd>
      ))}
    </span>
  )
}

export function ShortcutSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const entries = useHotkeyStore((s) => s.entries)
  const groups = [...new Set(entries.map((entry) => entry.group))]
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts">
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-2 text-sm font-medium text-heading">{group}</h3>
            <ul className="space-y-1.5">
              {entries
                .filter((entry) => entry.group === group)
                .map((entry) => (
                  <li key={`${entry.combo} ${entry.label}`} className="flex items-center justify-between gap-4 text-sm">
                    <span>{entry.label}</span>
                    <Keys combo={entry.combo} />
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
      <p className="mt-6 text-xs text-muted">
        Esc closes the topmost layer. Tab moves through controls; Enter and Space press them.
      </p>
    </Dialog>
  )
}
