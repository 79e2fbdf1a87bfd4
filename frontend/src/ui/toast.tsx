// Toasts: what just happened, with an optional Undo. Errors stay until closed.
import CircleAlert from 'lucide-react/icons/circle-alert'
import CircleCheck from 'lucide-react/icons/circle-check'
import Info from 'lucide-react/icons/info'
import X from 'lucide-react/icons/x'
import { useEffect, useRef } from 'react'
import { create } from 'zustand'
import { Button, IconButton } from './button.js'
import { errorText } from './errors.js'
import { cx, TONE_TEXT, type Tone } from './tones.js'

interface Toast {
  id: number
  text: string
  tone: Tone
  action?: { label: string; run(): void }
  /** 0 = until closed. */
  seconds: number
}
const useToastStore = create<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }))
let nextId = 1

const dismiss = (id: number) => useToastStore.setState((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) }))

export const toast = {
  show(text: string, options: { tone?: Tone; action?: Toast['action']; seconds?: number } = {}): void {
    const { tone = 'blue', action, seconds = action ? 10 : 5 } = options
    const entry: Toast = { id: nextId++, text, tone, seconds, ...(action ? { action } : {}) }
    useToastStore.setState((s) => ({ toasts: [...s.toasts.slice(-3), entry] }))
  },
  success(text: string): void {
    toast.show(text, { tone: 'emerald' })
  },
  error(error: unknown): void {
    toast.show(typeof error === 'string' ? error : errorText(error), { tone: 'red', seconds: 0 })
  },
  /** Done, with ten seconds to take it back. */
  undo(text: string, undo: () => void): void {
    toast.show(text, { tone: 'emerald', action: { label: 'Undo', run: undo }, seconds: 10 })
  },
}

const ICONS: Partial<Record<Tone, typeof Info>> = { emerald: CircleCheck, red: CircleAlert }

function ToastItem({ entry }: { entry: Toast }) {
  useEffect(() => {
    if (entry.seconds === 0) return
    const timer = setTimeout(() => dismiss(entry.id), entry.seconds * 1000)
    return () => clearTimeout(timer)
  }, [entry])
  const Icon = ICONS[entry.tone] ?? Info
  return (
    <li className="flex items-start gap-3 rounded-lg border border-line-strong bg-modal py-2 pr-2 pl-4 text-sm text-heading shadow-xl">
      <Icon className={cx('mt-2 size-4 shrink-0', TONE_TEXT[entry.tone])} aria-hidden />
      <p className="min-w-0 flex-1 py-1.5 wrap-anywhere">{entry.text}</p>
      {entry.action && (
        <Button
          size="sm"
          onClick={() => {
            entry.action?.run()
            dismiss(entry.id)
          }}
        >
          {entry.action.label}
        </Button>
      )}
      <IconButton icon={X} label="Close message" onClick={() => dismiss(entry.id)} className="size-8" />
    </li>
  )
}

/** Mounted once by the shell. */
export function Toasts() {
  const toasts = useToastStore((s) => s.toasts)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Shown anew for each message, so that it lies above a dialog opened meanwhile.
    if (list.current?.matches(':popover-open')) list.current.hidePopover()
    if (toasts.length > 0) list.current?.showPopover()
  }, [toasts])
  return (
    <div
      ref={list}
      popover="manual"
      role="status"
      aria-live="polite"
      className="fixed inset-auto right-4 bottom-4 m-0 w-[min(400px,calc(100vw-32px))] border-0 bg-transparent p-0"
    >
      <ul className="space-y-2">
        {toasts.map((entry) => (
          <ToastItem key={entry.id} entry={entry} />
        ))}
      </ul>
    </div>
  )
}
