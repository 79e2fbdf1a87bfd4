// Go to a room or a thing by typing part of its name. Reads what the rooms list; runs nothing that cannot be undone.
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { cx, Dialog, Input } from '../ui/index.js'
import { usePaletteEntries } from './palette-entries.js'
import { usePaletteFeatures } from './palette-features.js'
import { rankEntries } from './palette-rank.js'

export function Palette({ onClose }: { onClose(): void }) {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const { entries, extractions } = usePaletteEntries(text)
  const features = usePaletteFeatures(extractions, text)
  const [at, setAt] = useState(0)
  const found = [...features, ...rankEntries(entries, text)].slice(0, 12)
  const chosen = Math.min(at, Math.max(0, found.length - 1))
  const go = (index: number) => {
    const entry = found[index]
    if (!entry) return
    onClose()
    void navigate(entry.to)
  }
  return (
    <Dialog open onClose={onClose} title="Go to or find">
      <Input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] ? `palette-${chosen}` : undefined}
        aria-label="Room, model, dataset, training, SAE or feature"
        placeholder="Type a room, a name, a feature's number or label…"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0))
          else if (event.key === 'Enter') go(chosen)
          else return
          event.preventDefault()
        }}
      />
      <div id="palette-list" role="listbox" aria-label="Found" className="mt-3 min-h-72 space-y-0.5">
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys of this list
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field (aria-activedescendant)
          <div
            key={entry.to + entry.label}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseMove={() => setAt(index)}
            onClick={() => go(index)}
            className={cx(
              'flex cursor-pointer items-center justify-between gap-4 rounded-lg px-3 py-2 text-sm',
              index === chosen && 'bg-hover text-heading',
            )}
          >
            <span className="min-w-0 truncate">{entry.label}</span>
            <span className="shrink-0 text-xs text-muted">{entry.kind}</span>
          </div>
        ))}
        {found.length === 0 && <p className="px-3 py-6 text-center text-sm text-muted">Nothing is called “{text}”.</p>}
      </div>
    </Dialog>
  )
}
