// Dialogs and drawers on the native <dialog>: the browser traps focus, closes on Esc and gives focus back.
import X from 'lucide-react/icons/x'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { IconButton } from './button.js'
import { cx } from './tones.js'

interface DialogProps {
  open: boolean
  onClose(): void
  title: ReactNode
  /** Under the title. */
  description?: ReactNode
  /** Buttons at the foot, right-aligned. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg' | 'xl'
  /** A panel at the right edge instead of a box in the middle. */
  side?: boolean
  /** Work that must not be lost by a click outside (forms). Esc still closes. */
  keepOnOutsideClick?: boolean
  children: ReactNode
}

const WIDTHS = { sm: 'max-w-md', md: 'max-w-2xl', lg: 'max-w-4xl', xl: 'max-w-6xl' }

export function Dialog(props: DialogProps) {
  return props.open ? <OpenDialog {...props} /> : null
}

function OpenDialog({
  onClose,
  title,
  description,
  footer,
  size = 'md',
  side,
  keepOnOutsideClick,
  children,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    if (element && !element.open) {
      element.showModal()
      // The browser would choose the first button (Close); the field made for it, or the dialog itself, is better.
      const wished = element.querySelector<HTMLElement>('[data-autofocus]')
      ;(wished ?? element).focus()
    }
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click closes on the backdrop; Esc is the keyboard's way
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        if (event.target === event.currentTarget) onClose()
      }}
      onClick={(event) => event.target === event.currentTarget && !keepOnOutsideClick && onClose()}
      className={cx(
        'w-full overflow-hidden outline-none border border-line-strong bg-modal p-0 text-body shadow-2xl',
        side
          ? 'mr-0 ml-auto h-dvh max-h-dvh max-w-md border-y-0 border-r-0'
          : `m-auto max-h-[88dvh] rounded-xl ${WIDTHS[size]}`,
      )}
    >
      <div className={cx('flex flex-col', side ? 'h-full' : 'max-h-[calc(88dvh-2px)]')}>
        <header className="flex items-start justify-between gap-4 border-b border-line px-6 py-4">
          <div className="min-w-0">
            <h2 id={titleId} className="text-lg font-semibold wrap-anywhere text-heading">
              {title}
            </h2>
            {description && <p className="mt-0.5 text-sm text-muted">{description}</p>}
          </div>
          <IconButton icon={X} label="Close" onClick={onClose} className="-mr-2" />
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-6 py-5">{children}</div>
        {footer && (
          <footer className="flex flex-wrap items-center justify-end gap-3 border-t border-line px-6 py-4">
            {footer}
          </footer>
        )}
      </div>
    </dialog>
  )
}
