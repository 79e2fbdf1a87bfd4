// A short text that appears on hover and focus, drawn above everything (fixed position, so no scroll box cuts it off).
import { type ReactNode, useId, useRef, useState } from 'react'
import { createPortal } from 'react-dom'

interface Place {
  left: number
  top: number
  below: boolean
}

const placeFor = (box: DOMRect): Place => {
  const below = box.top < 60
  const left = Math.min(Math.max(box.left + box.width / 2, 130), window.innerWidth - 130)
  return { left, top: below ? box.bottom + 6 : box.top - 6, below }
}

export function Tooltip({ text, children, className }: { text: ReactNode; children: ReactNode; className?: string }) {
  const id = useId()
  const anchor = useRef<HTMLSpanElement>(null)
  const [place, setPlace] = useState<Place | null>(null)
  const show = () => {
    const box = anchor.current?.getBoundingClientRect()
    if (box) setPlace(placeFor(box))
  }
  const hide = () => setPlace(null)
  // Inside a modal dialog the bubble must live in it: everything outside lies below the top layer.
  const host = anchor.current?.closest('dialog') ?? document.body
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: listens for hover and focus of the control inside, adds no action of its own
    <span
      ref={anchor}
      className={className ?? 'inline-flex'}
      aria-describedby={place ? id : undefined}
      onMouseEnter={show}
      onMouseLeave={hide}
      onFocus={(event) => event.target.matches(':focus-visible') && show()}
      onBlur={hide}
      onKeyDown={(event) => event.key === 'Escape' && hide()}
    >
      {children}
      {place &&
        createPortal(
          <span
            id={id}
            role="tooltip"
            style={{ left: place.left, top: place.top, transform: `translate(-50%, ${place.below ? '0' : '-100%'})` }}
            className="pointer-events-none fixed z-70 w-max max-w-64 rounded-md border border-line-strong bg-modal px-2.5 py-1.5 text-xs whitespace-normal text-heading shadow-lg"
          >
            {text}
          </span>,
          host,
        )}
    </span>
  )
}
