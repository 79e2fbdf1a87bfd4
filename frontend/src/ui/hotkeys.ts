// Keyboard shortcuts: one listener for the whole app, a list of what is registered for the `?` sheet. Not for keys inside a widget.
import { useEffect, useRef } from 'react'
import { create } from 'zustand'

interface Hotkey {
  /** `mod+k` (Ctrl or Cmd), `g m` (one after the other), `/`, `?`, `ctrl+enter`, `arrowleft`. */
  combo: string
  label: string
  group: string
}
export interface HotkeyEntry extends Hotkey {
  run(event: KeyboardEvent): void
  inInputs: boolean
}

interface HotkeyStore {
  entries: readonly HotkeyEntry[]
}
export const useHotkeyStore = create<HotkeyStore>(() => ({ entries: [] }))

const SEQUENCE_MS = 1200
let prefix: { key: string; at: number } | null = null

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
  !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button', 'range'].includes(target.type))

/** The combo a key event stands for, in the spelling of `Hotkey.combo`. */
const comboOf = (event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string => {
  const key = event.key.toLowerCase()
  return `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${key}`
}

const onKeyDown = (event: KeyboardEvent) => {
  if (event.defaultPrevented || event.isComposing) return
  const combo = comboOf(event)
  const typing = isTyping(event.target)
  const sequence = prefix && event.timeStamp - prefix.at < SEQUENCE_MS ? `${prefix.key} ${combo}` : null
  // The newest registration wins: a page's shortcut stands before the shell's.
  const entries = [...useHotkeyStore.getState().entries].reverse()
  const modalOpen = document.querySelector('dialog[open]') !== null
  const fits = (entry: HotkeyEntry, wanted: string) =>
    entry.combo.replace('ctrl+', 'mod+') === wanted && (!typing || entry.inInputs) && (!modalOpen || entry.inInputs)
  const found = (sequence && entries.find((e) => fits(e, sequence))) || entries.find((e) => fits(e, combo))
  prefix = !typing && entries.some((e) => e.combo.startsWith(`${combo} `)) ? { key: combo, at: event.timeStamp } : null
  if (!found) return
  event.preventDefault()
  prefix = null
  found.run(event)
}

if (typeof window !== 'undefined') window.addEventListener('keydown', onKeyDown)

interface HotkeyOptions {
  /** Text of the `?` sheet. */
  label: string
  group?: string
  enabled?: boolean
  /** Also while typing in a field or with a dialog open. */
  inInputs?: boolean
}

/** Registers a shortcut while the component is mounted. */
export const useHotkey = (
  combo: string,
  run: (event: KeyboardEvent) => void,
  { label, group = 'This page', enabled = true, inInputs = false }: HotkeyOptions,
): void => {
  const latest = useRef(run)
  latest.current = run
  useEffect(() => {
    if (!enabled) return
    const entry: HotkeyEntry = { combo, label, group, inInputs, run: (event) => latest.current(event) }
    useHotkeyStore.setState((state) => ({ entries: [...state.entries, entry] }))
    return () => useHotkeyStore.setState((state) => ({ entries: state.entries.filter((other) => other !== entry) }))
  }, [combo, label, group, enabled, inInputs])
}
